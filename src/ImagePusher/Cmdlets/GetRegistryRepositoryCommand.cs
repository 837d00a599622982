using System.Management.Automation;
using ImagePusher.Core.Naming;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryRepository: lists the repositories of a registry.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryRepository")]
[OutputType(typeof(RegistryRepositoryInfo))]
public sealed class GetRegistryRepositoryCommand : RegistryCatalogCommand
{
    private protected override void Process(string input, string registry, string path, ImageReference? name) =>
        WriteObject(RegistryRepositoryInfo.Of(registry, path, name));
}
