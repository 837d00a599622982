using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Resume;

/// <summary>Processes of pwsh that run a command one after the other, each but the last ended by SIGKILL, so that no handler
/// runs.</summary>
internal static class KilledProcess
{
    /// <summary>Runs a command until a process ends without a kill, which must succeed; kills each stalled process.</summary>
    /// <param name="shell">Where the processes run.</param>
    /// <param name="proxy">The proxy between them and the registry.</param>
    /// <param name="standstill">The rule of the proxy that stalls them after each specified number of bytes.</param>
    /// <param name="command">The arguments of each process.</param>
    /// <returns>The number of killed processes, and the output of the last one.</returns>
    public static async Task<(int Kills, string Output)> RunAsync(PwshProcess shell, FaultProxy proxy, FaultRule standstill, string command)
    {
        for (var kills = 0; ; kills++)
        {
            using var process = shell.Launch("-Command", command);
            process.StandardInput.Close();
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            var end = process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (await Task.WhenAny(end, standstill.ReachedTimes(kills + 1)) == end)
            {
                await end;
                Assert.True(process.ExitCode == 0, $"{await output}\n{await errors}");
                return (kills, await output);
            }

            process.Kill();
            await end;
            await Task.WhenAll(output, errors);
            proxy.Release();
            await proxy.Idle;
            Assert.InRange(kills, 0, 20);
        }
    }
}
