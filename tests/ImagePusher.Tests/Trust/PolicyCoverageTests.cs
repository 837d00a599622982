using System.Reflection;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Help;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Trust;

/// <summary>
/// A new cmdlet applies the signature policies, or docs/security.md states the reason for not applying them: a cmdlet that bypasses a
/// policy fails this test.
/// </summary>
public sealed partial class PolicyCoverageTests(BuiltCmdlets cmdlets) : IClassFixture<BuiltCmdlets>
{
    private const string Parameter = "SignaturePolicy";

    // It sets the policy that the others apply.
    private const string Setter = "Set-RegistryOption";

    [Fact]
    public async Task Every_cmdlet_is_in_the_table_of_policies()
    {
        var rows = Rows();
        var all = await cmdlets.AllAsync();

        Assert.Equal(all.Keys.Order(StringComparer.Ordinal), rows.SelectMany(row => row.Cmdlets).Order(StringComparer.Ordinal));
        Assert.Equal(
            all.Values.Where(cmdlet => cmdlet.Name != Setter && cmdlet.Parameters.ContainsKey(Parameter)).Select(cmdlet => cmdlet.Name)
                .Order(StringComparer.Ordinal),
            rows.Where(row => row.Asks).SelectMany(row => row.Cmdlets).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_cmdlet_that_applies_policies_rejects_an_unsigned_image()
    {
        var scripts = new[]
            {
                (typeof(SignaturePolicyCmdletTests), nameof(SignaturePolicyCmdletTests.Every_cmdlet_that_copies_rejects_an_unsigned_image)),
                (typeof(PolicyRepairTests), nameof(PolicyRepairTests.An_unsigned_image_is_not_repaired_and_its_damaged_content_is_kept)),
            }
            .SelectMany(test => test.Item1.GetMethod(test.Item2)!.GetCustomAttributes<InlineDataAttribute>())
            .Select(row => (string)row.Data[0]!).ToList();

        foreach (var cmdlet in Rows().Where(row => row.Asks).SelectMany(row => row.Cmdlets))
        {
            // By its own parameter, and, where it reads from or writes to a registry, by the registry's policy.
            Assert.Contains(scripts,
                script => script.Contains(cmdlet, StringComparison.Ordinal)
                    && script.Contains($"-{Parameter} $policy", StringComparison.Ordinal)
                && !script.Contains(Setter, StringComparison.Ordinal));
            if (cmdlet is not ("Import-ImageTar" or "Export-ImageTar" or "Send-ImageToEngine"))
            {
                Assert.Contains(scripts,
                    script => script.Contains(cmdlet, StringComparison.Ordinal) && script.Contains(Setter, StringComparison.Ordinal));
            }
        }
    }

    private static List<(bool Asks, IReadOnlyList<string> Cmdlets)> Rows()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "security.md"));
        var section = page[page.IndexOf("### Cmdlets that apply policies", StringComparison.Ordinal)..];
        return [.. TableRow().Matches(section[..section.IndexOf("\n## ", StringComparison.Ordinal)]).Select(row => (
            row.Groups["asks"].Value.StartsWith("yes", StringComparison.Ordinal),
            (IReadOnlyList<string>)[.. CmdletName().Matches(row.Groups["cmdlets"].Value).Select(name => name.Groups[1].Value)]))];
    }

    [GeneratedRegex("^\\| (?<cmdlets>`[^|]*`) \\| (?<asks>(yes|no)\\b[^|]*) \\|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("`([A-Z][a-z]+-[A-Za-z]+)`")]
    private static partial Regex CmdletName();
}
