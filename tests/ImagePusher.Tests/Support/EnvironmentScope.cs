namespace ImagePusher.Tests.Support;

/// <summary>Sets variables of this process's environment until its end. Tests that use it must not run at the same time.</summary>
internal sealed class EnvironmentScope : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];

    public EnvironmentScope(params ReadOnlySpan<(string Name, string? Value)> variables)
    {
        foreach (var (name, value) in variables)
        {
            _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
