using System.Text.RegularExpressions;
using ImagePusher.LocalRegistry;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace ImagePusher.Core.Tests.Library;

/// <summary>The libraries do not depend on PowerShell: none of their texts contains the name of a cmdlet or a parameter.</summary>
public sealed partial class MessageWordingTests
{
    [Theory]
    [InlineData(typeof(ImagePusherException))]
    [InlineData(typeof(LocalRegistryServer))]
    public void No_text_names_a_cmdlet_or_a_parameter(Type type)
    {
        var texts = TextsOf(type).ToList();
        Assert.Contains(texts, text => text.Length > 20);
        Assert.DoesNotContain(texts, text => PowerShell().IsMatch(text));
    }

    [Theory]
    [InlineData("Sign in with Connect-Registry.", true)]
    [InlineData("Leave -Platform out.", true)]
    [InlineData("use (-AllowPartial)", true)]
    [InlineData("Docker-Content-Digest", false)]
    [InlineData("Set-Cookie", false)]
    [InlineData("X-Registry-Auth", false)]
    [InlineData("an 8-Bit field", false)]
    public void The_scan_finds_cmdlets_and_parameters_and_no_headers(string text, bool expected) =>
        Assert.Equal(expected, PowerShell().IsMatch(text));

    private static IEnumerable<string> TextsOf(Type type)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(type.Assembly.Location);
        return
        [
            .. assembly.MainModule.GetAllTypes().SelectMany(part => part.Methods).Where(method => method.HasBody)
                .SelectMany(method => method.Body.Instructions)
                .Where(instruction => instruction.OpCode == OpCodes.Ldstr)
                .Select(instruction => (string)instruction.Operand),
        ];
    }

    // The nouns of the module's cmdlets; HTTP has headers of the form Verb-Noun too.
    [GeneratedRegex(
        @"(?<![\w-])-[A-Z][a-z]+|\b[A-Z][a-z]+-(?:Registry|Image|Cached|Local|Sync|Referrer|Clear|Optimize)[A-Za-z]*",
        RegexOptions.CultureInvariant)]
    private static partial Regex PowerShell();
}
