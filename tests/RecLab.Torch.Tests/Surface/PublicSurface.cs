using System.Globalization;
using System.Reflection;

namespace RecLab.Torch.Tests.Surface;

/// <summary>The public and protected members of an assembly's TorchSharp namespaces, one line each: "owner: name(type name=default, ...)". Names of types are
/// short, reference types carry no question mark; a property is followed by what it allows, a field by "field".</summary>
internal static class PublicSurface
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) =>
        assembly.GetExportedTypes().Where(t => t.Namespace is "TorchSharp" or "TorchSharp.Modules" or "TorchSharp.Utils").SelectMany(Of).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Of(Type type)
    {
        var owner = Name(type, outer: true);
        if (type.IsEnum)
        {
            foreach (var name in Enum.GetNames(type)) yield return $"{owner}: {name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}";
            yield break;
        }
        yield return $"{owner}: {(type.IsInterface ? "interface" : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class" : "class")}";
        foreach (var field in type.GetFields(Own).Where(f => f.IsPublic)) yield return $"{owner}: {Name(field.FieldType)} {field.Name} field";
        foreach (var c in type.GetConstructors(Own).Where(c => Seen(c) && !c.IsStatic && (c.GetParameters().Length > 0 || !type.IsAbstract)))
            yield return $"{owner}: ctor({Parameters(c)})";
        foreach (var property in type.GetProperties(Own))
        {
            var accessors = string.Join(" ", property.GetAccessors(nonPublic: true).Where(Seen).Select(a => a.Name.StartsWith("get_", StringComparison.Ordinal) ? "get" : "set").Order());
            if (accessors == "" || property.Name.Contains('.')) continue;
            var index = property.GetIndexParameters();
            yield return $"{owner}: {Name(property.PropertyType)} {(index.Length > 0 ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name)} {{ {accessors} }}";
        }
        foreach (var method in type.GetMethods(Own).Where(m => Seen(m) && !m.Name.Contains('.') && m.DeclaringType == type && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal))))
        {
            if (method.GetBaseDefinition().DeclaringType == typeof(object)) continue;
            var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
            yield return $"{owner}: {Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
        }
    }

    private static bool Seen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select((p, i) => (i == 0 && method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute), false) ? "this " : "") + Parameter(p)));

    private static string Parameter(ParameterInfo parameter)
    {
        var many = parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : "";
        return $"{many}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? "=" + Default(parameter) : "")}";
    }

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        Enum e => e.ToString(),
        IFormattable number when parameter.ParameterType.IsEnum => Enum.ToObject(parameter.ParameterType, number).ToString()!,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString()!,
    };

    private static string Name(Type type, bool outer = false)
    {
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        var simple = type switch
        {
            _ when type == typeof(int) => "int", _ when type == typeof(long) => "long", _ when type == typeof(double) => "double", _ when type == typeof(float) => "float",
            _ when type == typeof(bool) => "bool", _ when type == typeof(string) => "string", _ when type == typeof(void) => "void", _ when type == typeof(object) => "object",
            _ => type.Name.Split('`')[0],
        };
        if (type.IsGenericType && simple == "ValueTuple") return $"({string.Join(", ", type.GetGenericArguments().Select(a => Name(a)))})";
        if (type.IsGenericType && type.Name.Contains('`')) simple += $"<{string.Join(", ", type.GetGenericArguments().Select(a => Name(a)))}>";
        return outer && type.DeclaringType is { } declaring ? $"{Name(declaring, true)}.{simple}" : simple;
    }
}
