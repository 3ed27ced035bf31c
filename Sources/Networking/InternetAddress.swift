internal import Glibc

/// An address of IPv4 or IPv6.
struct InternetAddress: Hashable, Sendable {
    /// 4 or 16 of them; an address of IPv4 in one of IPv6 has 4.
    let bytes: [UInt8]

    /// `nil` when `text` is no address.
    init?(_ text: some StringProtocol) {
        let text = String(text)
        var four = in_addr()
        var sixteen = in6_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            bytes = unsafe withUnsafeBytes(of: &four) { unsafe Array($0) }
        } else if unsafe inet_pton(AF_INET6, text, &sixteen) == 1 {
            let all = unsafe withUnsafeBytes(of: &sixteen) { unsafe Array($0) }
            let isMapped = all.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
            bytes = isMapped ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    /// Whether it is this machine.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Whether its first `length` bits are those of `network`.
    func isIn(_ network: InternetAddress, length: Int) -> Bool {
        guard bytes.count == network.bytes.count, length <= bytes.count * 8 else { return false }
        return (0..<length).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return bytes[bit / 8] & mask == network.bytes[bit / 8] & mask
        }
    }
}
