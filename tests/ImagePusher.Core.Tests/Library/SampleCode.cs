using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ImagePusher.Core.Tests.Library;

/// <summary>
/// The C# samples of a page, compiled as a program of a user would be: with the implicit usings of the SDK, the namespaces that the
/// readme names, and nothing that is not public.
/// </summary>
internal sealed partial class SampleCode
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Text.Json;
        using System.Threading;
        using System.Threading.Tasks;
        using ImagePusher.Core;
        using ImagePusher.Core.Abstractions;
        using ImagePusher.Core.Cache;
        using ImagePusher.Core.Oci;
        using ImagePusher.Core.Registry;
        using ImagePusher.Core.Transfer;
        using ImagePusher.Core.Trust;
        using Microsoft.Extensions.Logging;

        """;

    // What the samples take from the program around them.
    private const string Given = """
        internal static class Console
        {
            public static void WriteLine(string line) { lock (Samples.Lines) { Samples.Lines.Add(line); } }
        }

        public static partial class Samples
        {
            public static List<string> Lines = new();
            public static ImageEndpoint source = null!, target = null!;
            public static RegistryClient client = null!;
            public static RegistryRepository repository = null!;
            public static ILoggerFactory loggerFactory = null!;
            public static Func<string, CancellationToken, Task<string>> readSecret = (registry, _) => Task.FromResult("secret");
            public static string password = "secret";
            public static CancellationToken cancellationToken;
        }

        """;

    private readonly Type _samples;

    private SampleCode(Assembly assembly, int count) => (_samples, Count) = (assembly.GetType("Samples")!, count);

    /// <summary>The number of samples with statements.</summary>
    public int Count { get; }

    /// <summary>The lines that the samples wrote.</summary>
    public IReadOnlyList<string> Lines => (List<string>)_samples.GetField("Lines")!.GetValue(null)!;

    /// <summary>Compiles the samples of a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="replace">Puts places of the test for those that a sample names.</param>
    public static SampleCode Compile(string page, Func<string, string> replace)
    {
        var blocks = Block().Matches(page).Select(match => replace(match.Groups[1].Value)).ToList();
        var methods = blocks.Where(HasStatements).ToList();
        var types = blocks.Except(methods);
        var ownUsings = methods.SelectMany(method => Using().Matches(method).Select(match => match.Value)).Distinct();
        var text = string.Concat(ownUsings.Where(line => !Usings.Contains(line.Trim(), StringComparison.Ordinal))) + Usings + Given
            + string.Join('\n', types) + "public static partial class Samples\n{\n" + string.Concat(methods.Select((method, position) =>
                $"public static async Task Run{position}()\n{{\nawait Task.Yield();\n{Using().Replace(method, "")}\n}}\n")) + "}\n";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(file => MetadataReference.CreateFromFile(file));
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create("Samples" + Guid.NewGuid(), [CSharpSyntaxTree.ParseText(text)], references, options);
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error)));
        return new SampleCode(Assembly.Load(image.ToArray()), methods.Count);
    }

    /// <summary>Sets what the samples take from the program around them.</summary>
    public void Set(string name, object value) => _samples.GetField(name)!.SetValue(null, value);

    public Task RunAsync(int position) => (Task)_samples.GetMethod($"Run{position}")!.Invoke(null, [])!;

    private static bool HasStatements(string code) =>
        CSharpSyntaxTree.ParseText(code).GetCompilationUnitRoot().Members.Any(member => member is GlobalStatementSyntax);

    [GeneratedRegex("```csharp\r?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^using [A-Za-z.]+;\r?\n", RegexOptions.Multiline)]
    private static partial Regex Using();
}
