/// The first bytes of programs, by which the kernel tells their platforms apart (System V ABI, "ELF Header").
enum ProgramHeader {
    private struct Machine {
        /// `e_machine`.
        let number: UInt16
        var bits = 64
        var isBigEndian = false
    }

    /// By Go's names.
    private static let machines: [String: Machine] = [
        "386": Machine(number: 3, bits: 32), "amd64": Machine(number: 62), "arm": Machine(number: 40, bits: 32),
        "arm64": Machine(number: 183), "loong64": Machine(number: 258),
        "mips": Machine(number: 8, bits: 32, isBigEndian: true), "mips64": Machine(number: 8, isBigEndian: true),
        "mips64le": Machine(number: 8), "mipsle": Machine(number: 8, bits: 32),
        "ppc64": Machine(number: 21, isBigEndian: true), "ppc64le": Machine(number: 21),
        "riscv64": Machine(number: 243), "s390x": Machine(number: 22, isBigEndian: true),
    ]

    /// How programs of an architecture begin: one that is loaded at a fixed place, and one that is not; `nil` when the
    /// architecture is not known.
    static func headers(of architecture: String) -> [[UInt8]]? {
        guard let machine = machines[architecture] else { return nil }
        return [2, 3].map { header(of: machine, type: $0) }
    }

    /// - Parameter type: `e_type`: 2 or 3.
    private static func header(of machine: Machine, type: UInt16) -> [UInt8] {
        let identity: [UInt8] = [
            0x7f, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F"), machine.bits == 64 ? 2 : 1,
            machine.isBigEndian ? 2 : 1, 1, 0,
        ]
        func bytes(_ value: UInt16) -> [UInt8] {
            let (low, high) = (UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8))
            return machine.isBigEndian ? [high, low] : [low, high]
        }
        let version: [UInt8] = machine.isBigEndian ? [0, 0, 0, 1] : [1, 0, 0, 0]
        let known = identity + [UInt8](repeating: 0, count: 8) + bytes(type) + bytes(machine.number) + version
        // As much as the kernel looks at, so that handlers that look further find no end.
        return known + [UInt8](repeating: 0, count: 128 - known.count)
    }
}
