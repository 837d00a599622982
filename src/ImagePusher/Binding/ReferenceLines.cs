using System.Globalization;
using ImagePusher.Core.Messages;
using ImagePusher.Pipeline;

namespace ImagePusher.Binding;

/// <summary>
/// Reads references from arguments and lists: surrounding white space is trimmed; blank lines and comments that come from
/// the pipeline are skipped, also those behind a reference; the prefix <c>docker://</c> of skopeo is accepted with a warning.
/// </summary>
internal sealed class ReferenceLines(AsyncCommand command)
{
    private const string DockerPrefix = "docker://";

    // A byte order mark, and what is copied invisibly from web pages.
    private static readonly char[] Invisible = ['\uFEFF', '\u200B', '\u2060'];

    private int _skipped;

    /// <summary>The references among the texts.</summary>
    public IEnumerable<string> Read(IEnumerable<string> texts)
    {
        var isList = command.MyInvocation.ExpectingInput;
        foreach (var text in isList ? texts.SelectMany(text => text.Split('\n')) : texts)
        {
            var line = Trim(isList ? WithoutComment(text) : text);

            // An empty argument is a mistake, such as a variable that is not set; only lists can contain empty lines.
            if (isList && line.Length == 0)
            {
                _skipped++;
                continue;
            }

            if (line.StartsWith(DockerPrefix, StringComparison.OrdinalIgnoreCase))
            {
                var name = line[DockerPrefix.Length..];
                command.WriteWarning($"References have no prefix '{DockerPrefix}'; '{UserInfo.Hide(TerminalText.Escape(name))}' is used.");
                line = name;
            }

            yield return line;
        }
    }

    /// <summary>Writes one verbose line about skipped entries.</summary>
    public void Report()
    {
        if (_skipped > 0)
        {
            command.WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Skipped {_skipped} blank lines and comments."));
        }
    }

    private static string Trim(string text) => text.Trim().Trim(Invisible).Trim();

    // No reference contains a '#'. Behind other text it must follow white space, so that a URL with a fragment stays an error.
    private static string WithoutComment(string line)
    {
        for (var i = line.IndexOf('#', StringComparison.Ordinal); i >= 0; i = line.IndexOf('#', i + 1))
        {
            if (i == 0 || char.IsWhiteSpace(line[i - 1]) || Array.IndexOf(Invisible, line[i - 1]) >= 0)
            {
                return line[..i];
            }
        }

        return line;
    }
}
