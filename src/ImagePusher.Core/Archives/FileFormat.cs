namespace ImagePusher.Core.Archives;

/// <summary>What a file is by its first bytes.</summary>
internal enum FileFormat
{
    Unknown,
    Tar,
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    Lz4,
    Zip,
    SevenZip,
}
