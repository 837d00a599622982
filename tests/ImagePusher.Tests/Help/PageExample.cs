using System.Text.RegularExpressions;

namespace ImagePusher.Tests.Help;

/// <summary>An example of a page.</summary>
/// <param name="Title">The heading: <c>Example 1: …</c>.</param>
/// <param name="Code">The code.</param>
/// <param name="Remarks">The output and its description, without code fences.</param>
internal sealed record PageExample(string Title, string Code, string Remarks)
{
    public static PageExample Of(MarkdownSection section) => new(
        section.Title,
        string.Join('\n', MarkdownSection.Code(section.Text, "powershell")),
        Regex.Replace(Regex.Replace(section.Text, "(?ms)^```powershell\n.*?\n```$", ""), "(?m)^```(output)?$", "").Trim());
}
