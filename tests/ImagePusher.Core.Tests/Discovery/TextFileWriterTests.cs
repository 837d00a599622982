using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using ImagePusher.Core.Discovery;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Discovery;

/// <summary>A file in which references are replaced stays the user's: changes of others are not lost, and nothing but its text
/// differs.</summary>
public sealed class TextFileWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string File0 => _folder["sub/file.yaml"];

    private string Elsewhere => _folder["elsewhere"];

    public TextFileWriterTests()
    {
        Directory.CreateDirectory(_folder["sub"]);
        File.WriteAllText(File0, "old text");
        Directory.CreateDirectory(Elsewhere);
        File.WriteAllText(Path.Combine(Elsewhere, "file.yaml"), "secret");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("an editor has written it", "new text")]
    [InlineData("an editor has replaced it", "new text")]
    [InlineData("it has grown", "old text, more")]
    [InlineData("it was emptied", "")]
    [InlineData("it is gone", null)]
    [InlineData("it is a link", "secret")]
    [InlineData("its folder is a link", "secret")]
    public void Changes_of_another_program_since_the_file_was_read_are_kept(string change, string? expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && change.Contains("link", StringComparison.Ordinal), "Links need a right on Windows.");
        var source = SourceText.Read(File0);
        Change(change, expected);
        var error = Assert.Throws<DestinationConflictException>(() => TextFileWriter.Replace(source, "by us"u8.ToArray()));
        Assert.Contains("another program has changed or replaced it", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/proc", error.Message, StringComparison.Ordinal);
        Assert.Equal(expected, File.Exists(File0) ? File.ReadAllText(File0) : null);
        Assert.Equal("secret", File.ReadAllText(Path.Combine(Elsewhere, "file.yaml")));
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories),
            path => path.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("named pipe")]
    [InlineData("socket")]
    [InlineData("character device")]
    public async Task A_special_file_in_its_place_is_neither_written_to_nor_replaced(string kind)
    {
        var source = SourceText.Read(File0);
        await SpecialFile.MakeAsync(kind, File0, Token);
        Assert.Throws<DestinationConflictException>(() => TextFileWriter.Replace(source, "by us"u8.ToArray()));
        Assert.NotEqual(Core.IO.FileKind.Regular, Core.IO.FileStatus.Of(File0)!.Kind);
    }

    [Theory]
    [UnsupportedOSPlatform("windows")]
    [InlineData(0x180)]
    [InlineData(0x1ED)]
    [InlineData(0x1B4)]
    [InlineData(0x5B4)]
    public void The_mode_is_kept(int mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        File.SetUnixFileMode(File0, (UnixFileMode)mode);
        TextFileWriter.Replace(SourceText.Read(File0), "by us"u8.ToArray());
        Assert.Equal(("by us", (UnixFileMode)mode), (File.ReadAllText(File0), File.GetUnixFileMode(File0)));
    }

    [Fact]
    public async Task The_owner_and_group_of_another_user_are_kept()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can give files to another user.");
        await ExternalTools.RunAsync("chown", ["12345:23456", File0], Token);
        TextFileWriter.Replace(SourceText.Read(File0), "by us"u8.ToArray());
        var status = Core.IO.FileStatus.Of(File0)!;
        Assert.Equal((12345u, 23456u), (status.Owner, status.Group));
    }

    [Theory]
    [InlineData("user.note", "kept")]
    [InlineData("user.empty", "")]
    public void An_extended_attribute_is_kept(string name, string value)
    {
        SetAttribute(name, Encoding.UTF8.GetBytes(value));
        TextFileWriter.Replace(SourceText.Read(File0), "by us"u8.ToArray());
        Assert.Equal(value, Encoding.UTF8.GetString(AttributeOf(name)!));
    }

    [Fact]
    public void An_access_control_list_is_kept()
    {
        // Version 2; owner rw-, user 12345 r--, group ---, mask r--, others ---: as a mode 0640 it would be another right.
        short[] entries = [1, 6, -1, -1, 2, 4, 12345, 0, 4, 0, -1, -1, 16, 4, -1, -1, 32, 0, -1, -1];
        byte[] list = [2, 0, 0, 0, .. MemoryMarshal.AsBytes(entries.AsSpan())];
        SetAttribute("system.posix_acl_access", list);
        TextFileWriter.Replace(SourceText.Read(File0), "by us"u8.ToArray());
        Assert.Equal(list, AttributeOf("system.posix_acl_access"));
    }

    [Fact]
    public void A_name_of_maximum_length_is_accepted()
    {
        var path = _folder["sub/" + new string('n', 250) + ".yaml"];
        File.WriteAllText(path, "old text");
        TextFileWriter.Replace(SourceText.Read(path), "by us"u8.ToArray());
        Assert.Equal("by us", File.ReadAllText(path));
    }

    [Fact]
    public void A_link_is_followed_to_its_file_and_kept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right on Windows.");
        var link = _folder["link.yaml"];
        File.CreateSymbolicLink(link, "sub/file.yaml");
        TextFileWriter.Replace(SourceText.Read(link), "by us"u8.ToArray());
        Assert.Equal(("by us", "sub/file.yaml"), (File.ReadAllText(File0), new FileInfo(link).LinkTarget));
    }

    private void Change(string change, string? content)
    {
        switch (change)
        {
            case "an editor has replaced it":
                File.WriteAllText(File0 + "~", content);
                File.Move(File0 + "~", File0, overwrite: true);
                break;
            case "it is gone":
                File.Delete(File0);
                break;
            case "it is a link":
                File.Delete(File0);
                File.CreateSymbolicLink(File0, Path.Combine(Elsewhere, "file.yaml"));
                break;
            case "its folder is a link":
                Directory.Move(_folder["sub"], _folder["aside"]);
                Directory.CreateSymbolicLink(_folder["sub"], Elsewhere);
                break;
            default:
                File.WriteAllText(File0, content);
                break;
        }
    }

    private void SetAttribute(string name, byte[] value)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Extended attributes are copied on Linux.");
        Assert.SkipUnless(
            Set(Encoding.UTF8.GetBytes(File0 + '\0'), Encoding.UTF8.GetBytes(name + '\0'), value, value.Length, 0) == 0,
            "The file system of the temporary folder has no such attributes.");
    }

    private byte[]? AttributeOf(string name)
    {
        var value = new byte[1000];
        var length = (int)Get(Encoding.UTF8.GetBytes(File0 + '\0'), Encoding.UTF8.GetBytes(name + '\0'), value, value.Length);
        return length < 0 ? null : value[..length];
    }

    [DllImport("libc", EntryPoint = "setxattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Set(byte[] path, byte[] name, byte[] value, nint size, int flags);

    [DllImport("libc", EntryPoint = "getxattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Get(byte[] path, byte[] name, byte[] value, nint size);
}
