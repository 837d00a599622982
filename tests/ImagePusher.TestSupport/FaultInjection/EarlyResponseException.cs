namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Ends an exchange by a response that does not wait for the rest of the request's body.</summary>
internal sealed class EarlyResponseException(CannedResponse answer) : Exception("The request is answered early.")
{
    public CannedResponse Answer { get; } = answer;
}
