using System.Management.Automation;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Pipeline;

/// <summary>Carries messages from workers to the pipeline's thread, where the user's preferences decide what is shown.</summary>
internal sealed class MessageQueue(Action<Action<PSCmdlet>> post) : ITransferLog
{
    public void Warning(string message) => post(cmdlet => cmdlet.WriteWarning(message));

    public void Verbose(string message) => post(cmdlet => cmdlet.WriteVerbose(message));

    public void Debug(string message) => post(cmdlet => cmdlet.WriteDebug(message));
}
