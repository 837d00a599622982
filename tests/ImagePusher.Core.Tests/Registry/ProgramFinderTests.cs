using ImagePusher.Core.IO;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Programs are found in the absolute folders of PATH, and nowhere else.</summary>
public sealed class ProgramFinderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_program_is_found_on_PATH_by_its_absolute_path()
    {
        var program = Write("bin/helper");
        Assert.Equal(program, ProgramFinder.Find("helper", Path($"{_folder["none"]}{System.IO.Path.PathSeparator}{_folder["bin"]}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("bin")]
    [InlineData("./bin")]
    [InlineData("../bin")]
    [Trait("Wine", "The temporary folder is on another drive than the tests.")]
    public void A_relative_folder_and_the_current_directory_are_not_searched(string entry)
    {
        // As if the current directory were the folder: what a relative entry would lead to from there.
        var name = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, Write("bin/helper"));
        Assert.SkipWhen(System.IO.Path.IsPathFullyQualified(name), "The temporary folder is on another drive.");
        var relative = entry.Length == 0 ? "" : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(name)!, "..", entry);
        Assert.Null(ProgramFinder.Find("helper", Path(relative)));
        Assert.Null(ProgramFinder.Find("helper", _ => null));
    }

    [Theory]
    [InlineData("../bin/helper")]
    [InlineData("/bin/helper")]
    [InlineData("x\\helper")]
    [InlineData("C:helper")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("helper\n")]
    public void A_name_that_is_more_than_a_file_name_is_rejected(string name)
    {
        Write("bin/helper");
        Assert.Null(ProgramFinder.Find(name, Path(_folder["bin"])));
        Assert.False(ProgramFinder.IsFileName(name));
    }

    [Fact]
    public void Every_started_program_was_found_by_ProgramFinder()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(root.FullName, "ImagePusher.sln")))
        {
            root = root.Parent!;
        }

        var starting = Directory.GetFiles(System.IO.Path.Combine(root.FullName, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{System.IO.Path.DirectorySeparatorChar}obj{System.IO.Path.DirectorySeparatorChar}",
                StringComparison.Ordinal))
            .Select(file => (Name: System.IO.Path.GetFileName(file), Text: File.ReadAllText(file)))
            .Where(file => file.Text.Contains("Process.Start(", StringComparison.Ordinal)
                || file.Text.Contains("ProcessStartInfo(", StringComparison.Ordinal)).ToList();
        Assert.Equal(["CosignProgram.cs", "CredentialHelper.cs"], starting.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.All(starting, file => Assert.Contains("ProgramFinder.Find(", file.Text, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Wine", "Windows has no execute permission.")]
    public void A_file_that_is_not_executable_is_skipped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no execute permission.");
        _folder.Write("first/helper", "");
        Directory.CreateDirectory(_folder["second/helper"]);
        var program = Write("third/helper");
        var path = string.Join(System.IO.Path.PathSeparator, _folder["first"], _folder["second"], _folder["third"]);
        Assert.Equal(program, ProgramFinder.Find("helper", Path(path)));
    }

    [Theory]
    [InlineData("docker-credential-wincred", null,
        "docker-credential-wincred.COM docker-credential-wincred.EXE docker-credential-wincred.BAT docker-credential-wincred.CMD")]
    [InlineData("docker-credential-desktop.exe", null, "docker-credential-desktop.exe")]
    [InlineData("helper", ".EXE;.CMD", "helper.EXE helper.CMD")]
    [InlineData("helper.1", ".EXE", "helper.1.EXE")]
    public void On_Windows_the_extensions_of_PATHEXT_are_tried(string name, string? extensions, string expected) =>
        Assert.Equal(expected, string.Join(' ', ProgramFinder.WithExtensions(name, extensions)));

    private static Func<string, string?> Path(string value) => variable => variable == "PATH" ? value : null;

    private string Write(string path)
    {
        var full = _folder.Write(OperatingSystem.IsWindows() ? path + ".EXE" : path, "");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return full;
    }
}
