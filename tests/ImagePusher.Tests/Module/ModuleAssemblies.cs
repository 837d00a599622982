using ImagePusher.Tests.Support;
using Mono.Cecil;

namespace ImagePusher.Tests.Module;

/// <summary>The built module's assemblies, read and not loaded.</summary>
internal static class ModuleAssemblies
{
    public static string Path(string name) => System.IO.Path.Combine(Repository.ModuleFolder, "bin", name + ".dll");

    /// <summary>Verb-Noun of every cmdlet class.</summary>
    public static IReadOnlyList<string> CmdletNames()
    {
        using var module = ModuleDefinition.ReadModule(Path("ImagePusher"));
        return [.. module.Types
            .SelectMany(type => type.CustomAttributes)
            .Where(attribute => attribute.AttributeType.Name == "CmdletAttribute")
            .Select(attribute => $"{attribute.ConstructorArguments[0].Value}-{attribute.ConstructorArguments[1].Value}")
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Full names of the public exceptions of Core that cmdlets throw: others cannot be created outside of Core.</summary>
    public static IReadOnlyList<string> ExceptionNames()
    {
        using var module = ModuleDefinition.ReadModule(Path("ImagePusher.Core"));
        return [.. module.Types
            .Where(type => type.IsPublic && !type.IsAbstract && type.Name.EndsWith("Exception", StringComparison.Ordinal))
            .Where(type => type.Methods.Any(method => method.IsConstructor && method.IsPublic))
            .Select(type => type.FullName)];
    }
}
