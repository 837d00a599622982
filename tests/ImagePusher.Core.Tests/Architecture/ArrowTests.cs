using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace ImagePusher.Core.Tests.Architecture;

/// <summary>The arrows of docs/architecture.md: which folder of Core may know which, told from the compiled code.</summary>
public sealed class ArrowTests
{
    private const string Root = "ImagePusher.Core";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Oci"] = [],
        ["Naming"] = ["Oci"],
        ["Abstractions"] = ["Naming", "Oci"],
        ["IO"] = ["Abstractions", "Naming", "Oci"],
        ["Compression"] = ["Abstractions", "IO", "Naming", "Oci"],
        ["Archives"] = ["Abstractions", "Compression", "IO", "Naming", "Oci"],
        ["Cache"] = ["Abstractions", "IO", "Naming", "Oci"],
        ["Registry"] = ["Abstractions", "IO", "Naming", "Oci"],
        ["Transfer"] = ["Abstractions", "Compression", "IO", "Naming", "Oci"],
        ["Endpoints"] = ["Abstractions", "Archives", "Cache", "IO", "Naming", "Oci", "Registry", "Transfer"],
    };

    [Fact]
    public void No_folder_knows_one_that_it_must_not_know()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);
        var wrong = assembly.MainModule.GetAllTypes()
            .Where(type => FolderOf(type) is not null)
            .SelectMany(type => Uses(type).Select(used => (From: FolderOf(type)!, To: FolderOf(used), Type: type.FullName, Used: used.FullName)))
            .Where(arrow => arrow.To is not null && arrow.To != arrow.From && !Allowed[arrow.From].Contains(arrow.To))
            .Select(arrow => $"{arrow.Type} -> {arrow.Used}")
            .Distinct()
            .ToList();
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_folder_has_its_arrows_and_is_seen_by_this_test()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);
        var folders = assembly.MainModule.GetAllTypes().Select(FolderOf).OfType<string>().Distinct();
        Assert.Equal(Allowed.Keys.Order(), folders.Order());

        // Were nothing found here, nothing would be checked above.
        var copier = assembly.MainModule.GetType($"{Root}.Transfer.ImageCopier");
        Assert.Contains(copier.NestedTypes.Append(copier).SelectMany(Uses), used => FolderOf(used) == "Abstractions");
    }

    [Fact]
    public void Core_knows_neither_PowerShell_nor_the_console()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);
        Assert.DoesNotContain(assembly.MainModule.AssemblyReferences, reference => reference.Name is "System.Management.Automation" or "System.Console");
    }

    private static string? FolderOf(TypeReference type)
    {
        var outer = type;
        while (outer.DeclaringType is not null)
        {
            outer = outer.DeclaringType;
        }

        return outer.Namespace.StartsWith(Root + ".", StringComparison.Ordinal) ? outer.Namespace[(Root.Length + 1)..].Split('.')[0] : null;
    }

    private static IEnumerable<TypeReference> Uses(TypeDefinition type)
    {
        var members = type.Fields.Select(field => field.FieldType)
            .Concat(type.Interfaces.Select(used => used.InterfaceType))
            .Concat(type.CustomAttributes.Select(attribute => attribute.AttributeType))
            .Append(type.BaseType);
        return members.Concat(type.Methods.SelectMany(Uses)).OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference> Uses(MethodDefinition method)
    {
        var signature = method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType);
        if (!method.HasBody)
        {
            return signature;
        }

        return signature
            .Concat(method.Body.Variables.Select(variable => variable.VariableType))
            .Concat(method.Body.ExceptionHandlers.Select(handler => handler.CatchType))
            .Concat(method.Body.Instructions.SelectMany(instruction => instruction.Operand switch
            {
                TypeReference used => [used],
                MethodReference called => called.Parameters.Select(parameter => parameter.ParameterType).Append(called.DeclaringType).Append(called.ReturnType),
                FieldReference field => [field.DeclaringType, field.FieldType],
                _ => Array.Empty<TypeReference>(),
            }));
    }

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
