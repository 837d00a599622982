using System.Text;
using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Discovery;

/// <summary>
/// Expands variables as compose files and Dockerfiles write them: <c>$NAME</c>, <c>${NAME}</c>, <c>${NAME:-default}</c>,
/// <c>${NAME-default}</c>, <c>${NAME:+other}</c>, <c>${NAME+other}</c>, <c>${NAME:?message}</c> and <c>${NAME?message}</c>.
/// </summary>
/// <remarks>compose-spec, 12-interpolation.md; Dockerfile reference, "Environment replacement".</remarks>
/// <param name="values">The values that are set.</param>
/// <param name="escape">The character that takes the meaning from a following <c>$</c>: <c>$</c> in compose files.</param>
internal sealed class VariableValues(IReadOnlyDictionary<string, string> values, char escape)
{
    /// <summary>Expands the variables of a text.</summary>
    public Expansion Expand(string text)
    {
        var position = 0;
        return Expand(text, ref position, isNested: false, 0);
    }

    private Expansion Expand(string text, ref int position, bool isNested, int depth)
    {
        var result = new StringBuilder();
        var hasVariables = false;
        string? problem = depth > DiscoveryLimits.VariableDepth ? "its variables are nested too deeply" : null;
        while (problem is null && position < text.Length && !(isNested && text[position] == '}'))
        {
            if (text[position] == escape && position + 1 < text.Length && text[position + 1] == '$')
            {
                result.Append('$');
                position += 2;
                hasVariables = true;
            }
            else if (text[position] != '$')
            {
                result.Append(text[position++]);
            }
            else
            {
                var value = ExpandVariable(text, ref position, depth);
                (hasVariables, problem) = (true, value.Problem);
                result.Append(value.Text);
            }

            problem ??= result.Length > DiscoveryLimits.ExpandedLength ? "its variables expand to too much text" : null;
        }

        return new Expansion(result.ToString(), hasVariables, problem);
    }

    private Expansion ExpandVariable(string text, ref int position, int depth)
    {
        var start = position++;
        var isBraced = position < text.Length && text[position] == '{';
        position += isBraced ? 1 : 0;
        var name = ReadName(text, ref position);
        if (name.Length == 0)
        {
            return Unsupported(text, start);
        }

        if (!isBraced)
        {
            return ValueOf(name);
        }

        var isColon = position < text.Length && text[position] == ':';
        position += isColon ? 1 : 0;
        var operation = position < text.Length ? text[position] : '\0';
        if (operation == '}')
        {
            position++;
            return isColon ? Unsupported(text, start) : ValueOf(name);
        }

        if (operation is not ('-' or '+' or '?'))
        {
            return Unsupported(text, start);
        }

        position++;
        var word = Expand(text, ref position, isNested: true, depth + 1);
        if (position >= text.Length || text[position] != '}')
        {
            return Unsupported(text, start);
        }

        position++;
        var isSet = values.TryGetValue(name, out var value) && !(isColon && value.Length == 0);
        return operation switch
        {
            '+' => isSet ? word : new Expansion("", true, null),
            _ when isSet => new Expansion(value!, true, null),
            '-' => word,
            _ => ValueOf(name),
        };
    }

    private Expansion ValueOf(string name) => values.TryGetValue(name, out var value) && value.Length > 0
        ? new Expansion(value, true, null) : new Expansion("", true, $"the variable {TerminalText.Quote(name)} has no value");

    private static Expansion Unsupported(string text, int start) =>
        new("", true, $"'{TerminalText.Quote(text[start..])}' can't be expanded");

    private static string ReadName(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_'))
        {
            position++;
        }

        return text[start..position];
    }
}

/// <summary>A text after its variables were expanded.</summary>
/// <param name="Text">The expanded text.</param>
/// <param name="HasVariables">True if it had variables or escapes, so that it is not what the file has.</param>
/// <param name="Problem">The reason why it could not be expanded, as the end of a sentence; otherwise null.</param>
internal sealed record Expansion(string Text, bool HasVariables, string? Problem)
{
    /// <summary>A text of a format that expands no variables here: one with a <c>$</c> has a value only where it is used.</summary>
    public static Expansion Without(string text) =>
        new(text, false, text.Contains('$', StringComparison.Ordinal) ? "it has a variable that is set where it is used" : null);
}
