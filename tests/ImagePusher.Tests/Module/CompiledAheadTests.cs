using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Module;

/// <summary>
/// The assemblies of the built module, read and not loaded: those in bin are portable, those in bin/PLATFORM are compiled for that
/// platform. The runtime rejects code of another platform instead of using the portable code in the same file.
/// </summary>
public sealed class CompiledAheadTests
{
    private const uint ReadyToRunSignature = 0x00525452;

    /// <summary>The machine of a ReadyToRun image is that of the processor, combined with a number of the operating system.</summary>
    private static readonly Dictionary<string, int> Machines = new()
    {
        ["linux-x64"] = 0x8664 ^ 0x7B79,
        ["linux-arm64"] = 0xAA64 ^ 0x7B79,
        ["osx-arm64"] = 0xAA64 ^ 0x4644,
        ["win-x64"] = 0x8664,
        ["win-arm64"] = 0xAA64,
    };

    private static string Bin => Path.Combine(Repository.ModuleFolder, "bin");

    [Fact]
    public void The_assemblies_in_bin_are_portable_and_have_no_native_code()
    {
        foreach (var file in Directory.EnumerateFiles(Bin, "*.dll"))
        {
            var (machine, signature, flags) = Read(file);
            Assert.Equal((Path.GetFileName(file), Machine.I386, 0u), (Path.GetFileName(file), (Machine)machine, signature));
            Assert.True(flags.HasFlag(CorFlags.ILOnly) && !flags.HasFlag(CorFlags.Requires32Bit), file);
        }
    }

    [Fact]
    public void Each_platform_has_the_module_and_its_library_compiled_for_it()
    {
        Assert.SkipUnless(Repository.IsCompiledAhead, "The module was built without code compiled ahead: Debug, or not on Linux x64.");
        string[] names = ["ImagePusher.Core.dll", "ImagePusher.dll"];
        Assert.Equal(Machines.Keys.Order(), Directory.GetDirectories(Bin).Select(folder => Path.GetFileName(folder)).Order());
        foreach (var (platform, machine) in Machines)
        {
            var folder = Path.Combine(Bin, platform);
            Assert.Equal(names, Names(folder));
            foreach (var name in names)
            {
                var actual = Read(Path.Combine(folder, name));
                Assert.Equal((platform, name, machine), (platform, name, actual.Machine));
                Assert.Equal((platform, name, ReadyToRunSignature), (platform, name, actual.Signature));
            }
        }
    }

    [Fact]
    public void Precompiled_methods_have_the_flags_of_the_portable_ones()
    {
        Assert.SkipUnless(Repository.IsCompiledAhead, "The module was built without code compiled ahead: Debug, or not on Linux x64.");
        foreach (var file in Machines.Keys.SelectMany(platform => Directory.EnumerateFiles(Path.Combine(Bin, platform), "*.dll")))
        {
            Assert.Equal(Flags(Path.Combine(Bin, Path.GetFileName(file))), Flags(file));
        }
    }

    [Fact]
    public void The_compressed_files_of_the_module_have_at_most_12_MB()
    {
        Assert.SkipUnless(Repository.IsCompiledAhead, "The module was built without code compiled ahead: Debug, or not on Linux x64.");
        using var zip = new MemoryStream();
        ZipFile.CreateFromDirectory(Repository.ModuleFolder, zip, CompressionLevel.SmallestSize, includeBaseDirectory: true);
        Assert.InRange(zip.Length, 1_000_000, 12_000_000);
    }

    private static List<MethodImplAttributes> Flags(string file)
    {
        using var reader = new PEReader(File.OpenRead(file));
        var metadata = reader.GetMetadataReader();
        return [.. metadata.MethodDefinitions.Select(method => metadata.GetMethodDefinition(method).ImplAttributes)];
    }

    private static List<string> Names(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.dll").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static (int Machine, uint Signature, CorFlags Flags) Read(string file)
    {
        using var reader = new PEReader(File.OpenRead(file));
        var header = reader.PEHeaders.CorHeader!;
        var native = header.ManagedNativeHeaderDirectory;
        var signature = native.Size == 0 ? 0 : reader.GetSectionData(native.RelativeVirtualAddress).GetReader().ReadUInt32();
        return ((ushort)reader.PEHeaders.CoffHeader.Machine, signature, header.Flags);
    }
}
