using System.Collections;

namespace ImagePusher.Binding;

/// <summary>Completes the platforms that images are commonly built for.</summary>
public sealed class PlatformCompleter : CompleterBase
{
    private static readonly string[] Common =
    [
        "linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/386", "linux/ppc64le", "linux/s390x", "linux/riscv64", "windows/amd64",
    ];

    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => Common;
}
