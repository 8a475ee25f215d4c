using System.Security.Cryptography;
using System.Text;

namespace RecLab.Events;

/// <summary>Who gives ids. The same id from two kinds of sender is two events: what a page says, which anybody can say, never stands in the place of what a server says, and a simulated event never in that
/// of a live one.</summary>
public enum IdSpace { Server, Page, Simulated }

/// <summary>The key under which an event is stored.</summary>
public static class EventIds
{
    /// <summary>A UUID of a server stands for itself, so that time-ordered ids (UUIDv7) are stored in order; any other text for the first 16 bytes of its SHA-256. Of pages and simulated visitors the first
    /// six bytes of that, the time of a UUIDv7, stay, and the ten others become those of SHA-256(space, 16 bytes): nobody can choose an id that lands on another space's.</summary>
    public static Guid Of(string eventId, IdSpace space = IdSpace.Server)
    {
        Span<byte> hash = stackalloc byte[32];
        if (!Guid.TryParseExact(eventId, "D", out var id))
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(eventId), hash);
            id = new Guid(hash[..16], bigEndian: true);
        }
        if (space == IdSpace.Server) return id;
        Span<byte> own = stackalloc byte[17];
        own[0] = (byte)space;
        id.TryWriteBytes(own[1..], bigEndian: true, out _);
        SHA256.HashData(own, hash);
        hash[..10].CopyTo(own[7..]);
        return new Guid(own[1..], bigEndian: true);
    }

    /// <summary>As 16 bytes whose order is the order of time for UUIDv7.</summary>
    public static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);
}
