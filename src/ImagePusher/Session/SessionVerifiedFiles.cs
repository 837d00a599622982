using ImagePusher.Core.Abstractions;

namespace ImagePusher.Session;

/// <summary>The verified files of the state folder that the environment names at the time: a cache outlives a change of it.</summary>
internal sealed class SessionVerifiedFiles(PusherSession session) : IVerifiedFiles
{
    public bool Contains(FileVersion file) => session.State.VerifiedFiles.Contains(file);

    public void Add(FileVersion file) => session.State.VerifiedFiles.Add(file);

    public void Remove(string path) => session.State.VerifiedFiles.Remove(path);
}
