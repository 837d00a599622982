namespace ImagePusher.Core.Tests.Archives;

/// <summary>The form of names and sizes in tar headers.</summary>
internal enum TarStyle
{
    /// <summary>POSIX: name and prefix, octal size.</summary>
    Ustar,

    /// <summary>Before POSIX: no magic, NUL for a file's type.</summary>
    V7,

    /// <summary>An extended header with path, linkpath and size; the header itself has wrong values for all three.</summary>
    Pax,

    /// <summary>GNU's long name and long link entries, base-256 size.</summary>
    Gnu,
}
