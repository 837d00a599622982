using System.Collections.ObjectModel;
using System.Management.Automation.Host;

namespace ImagePusher.Shell.Hosting;

/// <summary>Asks for one of several choices, in pwsh's words: this is what -Confirm shows.</summary>
internal sealed class ChoicePrompt(ShellUserInterface ui)
{
    public int Ask(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        if (!string.IsNullOrEmpty(caption))
        {
            ui.WriteLine();
            ui.WriteLine(caption);
        }

        if (!string.IsNullOrEmpty(message))
        {
            ui.WriteLine(message);
        }

        while (true)
        {
            ui.Write(Question(choices, defaultChoice));
            var answer = ui.ReadLine()?.Trim();
            if (answer is null)
            {
                // The input has ended. Silence is no consent, whatever the default says.
                ui.WriteLine();
                throw new PromptingException("The input ended before the question was answered; use -Confirm:$false to ask none.");
            }

            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (answer == "?")
            {
                ShowHelp(choices);
            }
            else if (Pick(choices, answer) is { } picked)
            {
                return picked;
            }
        }
    }

    private static string Question(Collection<ChoiceDescription> choices, int defaultChoice)
    {
        var labels = choices.Select(choice => $"[{HotKey(choice)}] {Plain(choice)}  ");
        var help = defaultChoice < 0 ? "[?] Help: " : $"[?] Help (default is \"{HotKey(choices[defaultChoice])}\"): ";
        return string.Concat(labels) + help;
    }

    private void ShowHelp(Collection<ChoiceDescription> choices)
    {
        foreach (var choice in choices)
        {
            ui.WriteLine($"{HotKey(choice)} - {choice.HelpMessage}");
        }
    }

    private static int? Pick(Collection<ChoiceDescription> choices, string answer)
    {
        for (var i = 0; i < choices.Count; i++)
        {
            if (answer.Equals(Plain(choices[i]), StringComparison.OrdinalIgnoreCase)
                || answer.Equals(HotKey(choices[i]), StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return null;
    }

    private static string Plain(ChoiceDescription choice) => choice.Label.Replace("&", "", StringComparison.Ordinal);

    /// <summary>The letter after '&amp;'; the whole label if there is none.</summary>
    private static string HotKey(ChoiceDescription choice)
    {
        var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label.Substring(mark + 1, 1).ToUpperInvariant() : Plain(choice);
    }
}
