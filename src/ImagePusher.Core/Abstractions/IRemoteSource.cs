namespace ImagePusher.Core.Abstractions;

/// <summary>A source on a network: opening a blob requires a round trip, which can be concurrent with others.</summary>
internal interface IRemoteSource : IImageSource;
