using System.Reflection;
using System.Text.RegularExpressions;
using ImagePusher.LocalRegistry;
using PublicApiGenerator;

namespace ImagePusher.Core.Tests.Library;

/// <summary>
/// The public API of the libraries is the committed list, so that each change is visible in review. To accept a change, copy
/// the received file, whose path the failure names, over the committed one.
/// </summary>
public sealed partial class PublicApiTests
{
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false };

    private static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    [Theory]
    [InlineData(typeof(ImagePusherException))]
    [InlineData(typeof(LocalRegistryServer))]
    public async Task The_public_API_is_the_committed_list(Type type)
    {
        var name = type.Assembly.GetName().Name;
        var committed = Path.Combine(Root, "tests", "ImagePusher.Core.Tests", "Library", $"{name}.PublicApi.txt");
        var actual = type.Assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var expected = File.Exists(committed)
            ? (await File.ReadAllTextAsync(committed, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n") : "";
        if (actual != expected)
        {
            var received = Path.Combine(AppContext.BaseDirectory, $"{name}.PublicApi.received.txt");
            await File.WriteAllTextAsync(received, actual, TestContext.Current.CancellationToken);
            Assert.Fail($"The public API differs from {committed}; received: {received}");
        }
    }

    [Fact]
    public void Every_public_type_is_an_error_or_used_by_a_sample_or_by_a_public_member_of_such_a_type()
    {
        string[] pages = ["src/ImagePusher.Core/README.md", "docs/library/README.md"];
        var samples = string.Join('\n',
            pages.SelectMany(page => Block().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(match => match.Value)));
        var all = typeof(ImagePusherException).Assembly.GetExportedTypes();
        var used = all.Where(type => type.IsAssignableTo(typeof(Exception)) || Regex.IsMatch(samples, $@"\b{type.Name}\b")).ToHashSet();
        for (var open = new Queue<Type>(used); open.TryDequeue(out var type);)
        {
            foreach (var next in TypesOf(type).Where(next => next.Assembly == type.Assembly && used.Add(next)))
            {
                open.Enqueue(next);
            }
        }

        Assert.Empty(all.Except(used).Select(type => type.FullName));
        Assert.InRange(all.Length, 40, 60);
    }

    // The base class, and the parameter and return types of the public members.
    private static IEnumerable<Type> TypesOf(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .SelectMany(member => member is MethodBase method
            ? method.GetParameters().Select(parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType)
            : [])
        .Append(type.BaseType)
        .OfType<Type>()
        .SelectMany(Parts);

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : type.GetGenericArguments().SelectMany(Parts).Append(type);

    [GeneratedRegex("```csharp\r?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [Fact]
    public void Every_public_member_is_documented()
    {
        // The compiler warns about each undocumented public member and warnings are errors, so the file only has to exist.
        var documentation = Path.ChangeExtension(typeof(ImagePusherException).Assembly.Location, ".xml");
        Assert.True(File.Exists(documentation), documentation);
        Assert.Contains(
            "M:ImagePusher.Core.ImageTransfer.CopyAsync", File.ReadAllText(documentation), StringComparison.Ordinal);
        Assert.Empty(typeof(ImagePusherException).Assembly.GetCustomAttributes<System.Diagnostics.CodeAnalysis.SuppressMessageAttribute>());
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}
