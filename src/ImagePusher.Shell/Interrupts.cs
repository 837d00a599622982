using System.Runtime.InteropServices;

namespace ImagePusher.Shell;

/// <summary>
/// Ctrl+C and the request to terminate: the first stops what runs and lets it clean up, the second ends the process.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Action? _stop;
    private bool _stopping;

    public Interrupts()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
    }

    /// <summary>True once the system asked the process to end.</summary>
    public bool Terminated { get; private set; }

    /// <summary>Sets what the next signal stops; disposing the result unsets it.</summary>
    public IDisposable Stops(Action stop)
    {
        lock (_gate)
        {
            _stop = stop;
            _stopping = false;
        }

        return new Unset(this);
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Handle(PosixSignalContext context)
    {
        lock (_gate)
        {
            if (_stop is null || _stopping)
            {
                return;
            }

            context.Cancel = true;
            _stopping = true;
            Terminated |= context.Signal == PosixSignal.SIGTERM;
            _stop();
        }
    }

    private sealed class Unset(Interrupts owner) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._stop = null;
            }
        }
    }
}
