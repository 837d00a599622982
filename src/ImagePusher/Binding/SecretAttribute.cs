using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Security;

namespace ImagePusher.Binding;

/// <summary>
/// For parameters that take a SecureString. The engine's own conversion error would show a secret that was specified as plain text;
/// here the text is bound and recorded as plain, and the cmdlet rejects it without showing it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : ArgumentTransformationAttribute
{
    private static readonly ConditionalWeakTable<SecureString, object> Plain = [];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject { BaseObject: var inner } ? inner : inputData;
        switch (value)
        {
            case SecureString:
                return value;
            case string text:
                var secret = new SecureString();
                Array.ForEach(text.ToCharArray(), secret.AppendChar);
                Plain.Add(secret, text.Length);
                return secret;
            default:
                throw new ArgumentTransformationMetadataException($"A SecureString is required, not {value?.GetType().Name ?? "null"}.");
        }
    }

    /// <summary>True if the secret was specified as plain text.</summary>
    internal static bool IsPlain(SecureString secret) => Plain.TryGetValue(secret, out _);
}
