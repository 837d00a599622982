using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace ImagePusher.AheadProfile;

/// <summary>An assembly whose method flags are changed in place. The assembly is not loaded.</summary>
internal sealed class AssemblyFile
{
    /// <summary>Crossgen2 does not compile such methods; the optimizing compiler compiles them at run time.</summary>
    public const MethodImplAttributes NotCompiledAhead = MethodImplAttributes.AggressiveOptimization;

    private readonly byte[] _bytes;
    private readonly MetadataReader _metadata;
    private readonly int _table;
    private readonly int _rowSize;

    /// <summary>Reads an assembly.</summary>
    /// <param name="path">The file.</param>
    public AssemblyFile(string path)
    {
        _bytes = File.ReadAllBytes(path);
        var file = new PEReader(ImmutableCollectionsMarshal.AsImmutableArray(_bytes));
        _metadata = file.GetMetadataReader();
        _table = file.PEHeaders.MetadataStartOffset + _metadata.GetTableMetadataOffset(TableIndex.MethodDef);
        _rowSize = _metadata.GetTableRowSize(TableIndex.MethodDef);
    }

    /// <summary>Adds flags to methods that are not generic. Generic methods are compiled only if another method uses them.</summary>
    /// <param name="flags">The flags for the name of a type, with '+' before nested types, and of a method, or null.</param>
    public void SetFlags(Func<string, string, MethodImplAttributes?> flags)
    {
        foreach (var type in _metadata.TypeDefinitions)
        {
            var definition = _metadata.GetTypeDefinition(type);
            if (definition.GetGenericParameters().Count > 0)
            {
                continue;
            }

            var name = NameOf(type);
            foreach (var method in definition.GetMethods())
            {
                var found = _metadata.GetMethodDefinition(method);
                if (found.RelativeVirtualAddress != 0 && found.GetGenericParameters().Count == 0
                    && flags(name, _metadata.GetString(found.Name)) is { } added)
                {
                    Write(method, found.ImplAttributes | added);
                }
            }
        }
    }

    /// <summary>Copies all flags of the assembly from which this one was created.</summary>
    /// <param name="source">An assembly with the same methods.</param>
    public void CopyFlags(AssemblyFile source)
    {
        foreach (var method in _metadata.MethodDefinitions)
        {
            Write(method, source._metadata.GetMethodDefinition(method).ImplAttributes);
        }
    }

    /// <summary>Writes the assembly.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => File.WriteAllBytes(path, _bytes);

    // A row begins with the address of the code (4 bytes); the flags follow (ECMA-335, II.22.26).
    private void Write(MethodDefinitionHandle method, MethodImplAttributes flags)
    {
        var row = _table + ((MetadataTokens.GetRowNumber(method) - 1) * _rowSize);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(row + sizeof(int)), (ushort)flags);
    }

    private string NameOf(TypeDefinitionHandle type)
    {
        var definition = _metadata.GetTypeDefinition(type);
        var name = _metadata.GetString(definition.Name);
        var outer = definition.GetDeclaringType();
        return !outer.IsNil ? $"{NameOf(outer)}+{name}"
            : definition.Namespace.IsNil ? name
            : $"{_metadata.GetString(definition.Namespace)}.{name}";
    }
}
