internal import SystemPackage

/// Where file systems are mounted, as the kernel tells (`/proc/PID/mounts`, proc_pid_mounts(5), fields as in fstab(5)).
struct MountTable {
    /// Mount points, in the order in which they were mounted.
    let points: [FilePath]

    /// That of this process; empty when it cannot be read.
    static var present: MountTable { MountTable((try? SmallFile.read("/proc/self/mounts")) ?? []) }

    /// - Parameter text: the bytes of the file.
    init(_ text: [UInt8]) {
        points = text.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " "))
            return fields.count > 1 ? FilePath(String(decoding: Self.decoded(fields[1]), as: UTF8.self)) : nil
        }
    }

    /// The mount points below `directory`, the last ones first, as they are to be unmounted.
    /// - Parameter directory: its real path, which leads through no link.
    func points(below directory: FilePath) -> [FilePath] {
        points.reversed().filter { $0.starts(with: directory) && $0 != directory }
    }

    /// A field with `\040` and its like replaced by the bytes they stand for.
    private static func decoded(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), digits.allSatisfy(\.isWholeNumber), let value = UInt8(digits, radix: 8) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
