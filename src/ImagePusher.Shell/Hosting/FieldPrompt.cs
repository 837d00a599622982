using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace ImagePusher.Shell.Hosting;

/// <summary>Asks for the values of missing mandatory parameters, and for credentials.</summary>
internal sealed class FieldPrompt(ShellUserInterface ui)
{
    public Dictionary<string, PSObject> Ask(string caption, string message, Collection<FieldDescription> fields)
    {
        WriteHead(caption, message);
        var values = new Dictionary<string, PSObject>();
        foreach (var field in fields)
        {
            values[field.Name] = PSObject.AsPSObject(AskField(field));
        }

        return values;
    }

    public PSCredential? AskCredential(string caption, string message, string userName, string targetName)
    {
        WriteHead(caption, message);
        while (string.IsNullOrEmpty(userName))
        {
            ui.Write("User: ");
            userName = ReadLine();
        }

        ui.Write($"Password for user {userName}: ");
        var password = ui.ReadLineAsSecureString();
        return new PSCredential(string.IsNullOrEmpty(targetName) ? userName : $"{targetName}\\{userName}", password);
    }

    private object AskField(FieldDescription field)
    {
        var type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (type == typeof(PSCredential))
        {
            ui.WriteLine(field.Name);
            return AskCredential("", "", "", "")!;
        }

        return type.IsAssignableTo(typeof(IList)) ? AskList(field, type) : AskOne(field.Name, type);
    }

    private object AskList(FieldDescription field, Type type)
    {
        var items = new ArrayList();
        var element = type.GetElementType() ?? typeof(object);
        while (true)
        {
            ui.Write($"{field.Name}[{items.Count}]: ");
            var line = ReadLine();
            if (line.Length == 0)
            {
                return LanguagePrimitives.ConvertTo(items, type);
            }

            items.Add(LanguagePrimitives.ConvertTo(line, element));
        }
    }

    private object AskOne(string name, Type type)
    {
        ui.Write($"{name}: ");
        return type == typeof(SecureString) ? ui.ReadLineAsSecureString() : LanguagePrimitives.ConvertTo(ReadLine(), type);
    }

    private string ReadLine() =>
        ui.ReadLine() ?? throw new PromptingException("The input ended before the question was answered.");

    private void WriteHead(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption))
        {
            ui.WriteLine();
            ui.WriteLine(caption);
        }

        if (!string.IsNullOrEmpty(message))
        {
            ui.WriteLine(message);
        }
    }
}
