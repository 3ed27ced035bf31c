import Chunking
import TestSupport

@testable import Build

/// Rows of a layer that meet each other, and those of layers below: few names, all kinds, the same path several times,
/// whiteouts, directories that no row tells of.
struct RandomLayer {
    private(set) var rows: [(entry: Entry, bytes: [UInt8])] = []
    private var files: [String] = []

    init(_ random: inout SeededGenerator, count: Int = 60) {
        for number in 0..<count { add(number, &random) }
    }

    /// Directories that are there without a row of their own; nobody knows their time.
    var implied: Set<LayerPath> {
        var paths: Set<LayerPath> = []
        for row in rows {
            var path = row.entry.path.parent
            while let directory = path, directory != .root {
                paths.insert(directory)
                path = directory.parent
            }
        }
        return paths
    }

    func tar() throws -> [UInt8] { try LayerTools.tar(rows) }

    private mutating func add(_ number: Int, _ random: inout SeededGenerator) {
        let names = ["a", "b", "c", "dd", "-", "é", String(repeating: "l", count: 200), ".x", "z"]
        let depth = Int.random(in: 1...3, using: &random)
        let parts = (0..<depth).map { _ in names[Int.random(in: 0..<names.count, using: &random)] }
        let path = parts.joined(separator: "/")
        var entry = Entry(
            path: LayerPath(path), kind: .file, mode: [0o644, 0o4755, 0o2711, 0o600, 0o1777][number % 5],
            uid: UInt32.random(in: 0...70_000, using: &random), gid: UInt32.random(in: 0...9, using: &random),
            mtimeSeconds: Int64.random(in: 1...2_000_000_000, using: &random),
            mtimeNanoseconds: UInt32.random(in: 0...999_999_999, using: &random))
        var bytes: [UInt8] = []
        switch Int.random(in: 0..<14, using: &random) {
        case 0...3: entry.kind = .directory
        case 4:
            // Nothing is behind it: then the layer would be unpacked.
            entry.kind = .symlink
            entry.path = LayerPath(path + "-link")
            entry.linkTarget = Array(repeating: UInt8(ascii: "t"), count: [1, 100, 4000, 4095][number % 4])
        case 5 where !files.isEmpty:
            entry.kind = .hardlink
            entry.linkTarget = Array(files[files.count - 1].utf8)
        case 6: entry.kind = .fifo
        case 7:
            entry.kind = number % 2 == 0 ? .characterDevice : .blockDevice
            (entry.deviceMajor, entry.deviceMinor) = (UInt32(number % 3), UInt32(number * 977))
        case 8, 9:
            entry = Entry(
                path: LayerPath(parts.dropLast().joined(separator: "/") + "/.wh." + parts[depth - 1]), kind: .file,
                mode: 0)
        case 10 where depth > 1:
            entry = Entry(
                path: LayerPath(parts.dropLast().joined(separator: "/") + "/.wh..wh..opq"), kind: .file, mode: 0)
        default:
            let sizes = [0, 1, 500, 3900, 4031, 4032, 4033, 4096, 8191, 8192, 12_000, 70_000]
            bytes = random.bytes(sizes[Int.random(in: 0..<sizes.count, using: &random)])
            files.append(path)
        }
        if entry.kind == .file || entry.kind == .directory, !entry.path.name.starts(with: ".wh.".utf8), number % 3 == 0
        {
            let count = [0, 3, 900][number % 9 / 3]
            entry.xattrs = [.init(name: Array("user.note".utf8), value: random.bytes(count))]
            if number % 2 == 0 { entry.xattrs.append(.init(name: Array("user.other".utf8), value: [1])) }
        }
        rows.append((entry, bytes))
    }
}
