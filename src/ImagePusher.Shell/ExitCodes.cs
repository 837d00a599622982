namespace ImagePusher.Shell;

/// <summary>The exit codes that are the shell's own, equal to those of pwsh.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 64;
    public const int StartFailed = 70;
    public const int Terminated = 128 + 15;
}
