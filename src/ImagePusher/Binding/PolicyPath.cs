using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Trust;

namespace ImagePusher.Binding;

/// <summary>Reads -SignaturePolicy.</summary>
internal static class PolicyPath
{
    private const string System = "System";

    /// <summary>The full path of a policy file; <c>System</c> is the policy of this machine.</summary>
    /// <exception cref="PathNotFoundException">The policy does not exist.</exception>
    /// <exception cref="InvalidOptionException">The path is not a file system path, or this system has no policy.</exception>
    public static string Resolve(PSCmdlet cmdlet, string text)
    {
        var path = !text.Equals(System, StringComparison.OrdinalIgnoreCase) ? PathResolver.Target(cmdlet, text)
            : OperatingSystem.IsWindows() ? throw new InvalidOptionException(
                "Windows has no signature policy of the system.", "Specify the path of a policy file.")
            : SignaturePolicy.SystemPath;
        return File.Exists(path) ? path : throw new PathNotFoundException(
            $"The signature policy '{path}' does not exist.", "Check the path; a file that is called System is ./System.");
    }
}
