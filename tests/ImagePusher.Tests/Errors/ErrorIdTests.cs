using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Errors;

/// <summary>Every exception of the library has an id and a category in one table, and the help lists the ids.</summary>
public sealed partial class ErrorIdTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_exception_of_the_library_has_a_row()
    {
        using var engine = new Engine();
        var rows = await RowsAsync(engine);
        Type baseType = await engine.SingleAsync("[ImagePusher.Core.ImagePusherException]", Token);
        var types = baseType.Assembly.GetTypes().Where(type => type.IsSubclassOf(baseType) && !type.IsAbstract);
        Assert.Equal(types.Select(type => type.Name).Order(), rows.Keys.Select(type => type.Name).Order());
        Assert.Equal(rows.Count, rows.Values.Select(row => row.Id).Distinct().Count());
    }

    [Fact]
    public async Task The_help_lists_every_id_that_a_cmdlet_reports()
    {
        using var engine = new Engine();
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Folder, "docs", "about", "about_ImagePusher.md"), Token);
        var listed = Listed().Matches(page).Select(match => match.Groups[1].Value).ToHashSet();

        // Only the library copies several images in one call; a cmdlet reports each of them.
        Assert.Subset(listed, (await RowsAsync(engine)).Values.Select(row => row.Id).Where(id => id != "CopyFailed").ToHashSet());
    }

    private static async Task<Dictionary<Type, (string Id, ErrorCategory Category)>> RowsAsync(Engine engine)
    {
        var cmdlet = (CmdletInfo)(await engine.OutputAsync("Get-Command Get-CachedImage", Token)).Single().BaseObject;
        var table = (System.Collections.IDictionary)cmdlet.ImplementingType.Assembly
            .GetType("ImagePusher.Pipeline.ErrorRecords", throwOnError: true)!
            .GetField("Table", System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!.GetValue(null)!;
        return table.Keys.Cast<Type>().ToDictionary(type => type, type =>
        {
            var row = (ITuple)table[type]!;
            return ((string)row[0]!, (ErrorCategory)row[1]!);
        });
    }

    [GeneratedRegex(@"(?m)^\s*([A-Z][A-Za-z]+)  +[A-Z]")]
    private static partial Regex Listed();
}
