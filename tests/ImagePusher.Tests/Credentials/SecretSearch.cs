using System.Text;

namespace ImagePusher.Tests.Credentials;

/// <summary>Searches all output and files for secrets, in every encoding.</summary>
internal sealed class SecretSearch
{
    private readonly List<(string Name, byte[] Bytes)> _wanted = [];

    /// <summary>Adds a secret: unchanged, as a Basic header, URL-encoded, and in the memory layout of PowerShell strings.</summary>
    public SecretSearch Add(string secret, string user = "")
    {
        string[] forms = [secret, Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"))];
        _wanted.AddRange(forms.Distinct().Select(form => (form, Encoding.UTF8.GetBytes(form))));
        _wanted.Add(($"{secret} as UTF-16", Encoding.Unicode.GetBytes(secret)));
        return this;
    }

    /// <summary>Asserts that a text contains no secret.</summary>
    public void IsNotIn(string text) => IsNotIn("the output", Encoding.UTF8.GetBytes(text));

    /// <summary>Asserts that no file below a folder contains a secret in its content or its name.</summary>
    /// <returns>The files that were searched.</returns>
    public IReadOnlyList<FileInfo> IsNotBelow(string folder)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.UnixFileMode != UnixFileMode.None && (file.Attributes & FileAttributes.Device) == 0 && file.Length > 0)
                .ToList();
        foreach (var file in files)
        {
            IsNotIn(file.FullName, [.. Encoding.UTF8.GetBytes(file.FullName), .. File.ReadAllBytes(file.FullName)]);
        }

        return files;
    }

    private void IsNotIn(string where, byte[] content) => Assert.All(
        _wanted, wanted => Assert.True(content.AsSpan().IndexOf(wanted.Bytes) < 0, $"{wanted.Name} is in {where}."));
}
