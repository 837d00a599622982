namespace ImagePusher.Core.Abstractions;

/// <summary>A source over a network: opening a blob there takes a round trip, which can be waited for together with others.</summary>
internal interface IRemoteSource : IImageSource;
