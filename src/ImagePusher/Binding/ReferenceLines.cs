using System.Globalization;
using ImagePusher.Core.IO;
using ImagePusher.Pipeline;

namespace ImagePusher.Binding;

/// <summary>
/// Reads references as people and lists write them: surrounding white space is trimmed; blank lines and comments that come from
/// the pipeline are skipped; the prefix <c>docker://</c> of skopeo is accepted with a warning.
/// </summary>
internal sealed class ReferenceLines(AsyncCommand command)
{
    private const string DockerPrefix = "docker://";

    private int _skipped;

    /// <summary>The references among the texts.</summary>
    public IEnumerable<string> Read(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            var line = text.Trim().Trim('\uFEFF').Trim();

            // An empty argument is a mistake, such as a variable that is not set; only a list may have empty lines.
            if (command.MyInvocation.ExpectingInput && (line.Length == 0 || line[0] == '#'))
            {
                _skipped++;
                continue;
            }

            if (line.StartsWith(DockerPrefix, StringComparison.OrdinalIgnoreCase))
            {
                var name = line[DockerPrefix.Length..];
                command.WriteWarning($"References have no prefix '{DockerPrefix}'; '{TerminalText.Escape(name)}' is used.");
                line = name;
            }

            yield return line;
        }
    }

    /// <summary>Writes one verbose line about what was skipped.</summary>
    public void Report()
    {
        if (_skipped > 0)
        {
            command.WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Skipped {_skipped} blank lines and comments."));
        }
    }
}
