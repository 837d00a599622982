using System.Management.Automation;
using System.Reflection;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Pipeline;

/// <summary>The engine stops a pipeline from another thread, so the call may come when the cmdlet has just ended.</summary>
public sealed class StopAfterEndTests
{
    [Fact]
    public async Task No_cmdlet_throws_when_it_is_stopped_after_its_end()
    {
        using var engine = new Engine();
        var output = await engine.OutputAsync("Get-Command -Module ImagePusher -CommandType Cmdlet", TestContext.Current.CancellationToken);
        var cmdlets = output.Select(item => (CmdletInfo)item.BaseObject).ToList();
        Assert.True(cmdlets.Count > 40);
        Assert.All(cmdlets, cmdlet =>
        {
            using var ended = (IDisposable)Activator.CreateInstance(cmdlet.ImplementingType)!;
            var stop = cmdlet.ImplementingType.GetMethod("StopProcessing", BindingFlags.Instance | BindingFlags.NonPublic)!;
            ended.Dispose();
            stop.Invoke(ended, null);
        });
    }
}
