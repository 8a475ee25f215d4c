using System.Net;
using System.Net.Sockets;

namespace RecLab.Access;

/// <summary>Who is behind a network address, as far as limits are concerned.</summary>
public static class Subscriber
{
    /// <summary>The address itself, or of an IPv6 address its /64, which one subscriber has whole.</summary>
    public static IPAddress? Of(IPAddress? address)
    {
        if (address is null || address.AddressFamily == AddressFamily.InterNetwork) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new(bytes);
    }
}
