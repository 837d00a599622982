namespace ImagePusher.TestSupport.Faults;

/// <summary>Ends an exchange by an answer that does not wait for the rest of the request's body.</summary>
internal sealed class EarlyAnswerException(CannedAnswer answer) : Exception("The request is answered early.")
{
    public CannedAnswer Answer { get; } = answer;
}
