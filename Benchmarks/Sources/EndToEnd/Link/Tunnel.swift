import CNetwork
import Glibc
import SystemPackage

/// A network interface whose packets this program takes and gives: a TUN device.
struct Tunnel: ~Copyable {
    /// Reading takes one packet that leaves by the interface, writing makes one arrive; never waits.
    let file: FileDescriptor

    /// Makes it, in this network namespace; it is there until it is closed.
    /// - Parameter name: of at most 15 bytes.
    init(named name: String) throws {
        let device = try FileDescriptor.open(
            FilePath("/dev/net/tun"), .readWrite, options: [.nonBlocking, .closeOnExec])
        let status = unsafe name.withCString { unsafe network_make_tunnel(device.rawValue, $0) }
        guard status == 0 else {
            let reason = Errno(rawValue: errno)
            try? device.close()
            throw EndToEndError("\(name) cannot be made a tunnel: \(reason)")
        }
        file = device
    }

    deinit {
        try? file.close()
    }
}
