import Chunking
import FoundationEssentials
import SystemPackage
import TestSupport

@testable import Build

/// A project on the disk. Only what changed is written, so that files keep what a runner knows them by; all files have one
/// time, so that a change shows in neither time nor size.
struct ProjectDirectory {
    private static let time = Date(timeIntervalSince1970: 1_700_000_000)

    let context: FilePath
    let dockerfile: FilePath
    private var present = FuzzedProject()

    init(in directory: FilePath) throws {
        context = directory.appending("context")
        dockerfile = directory.appending("Dockerfile")
        try FileManager.default.createDirectory(atPath: context.string, withIntermediateDirectories: true)
    }

    /// Makes it `project`.
    mutating func write(_ project: FuzzedProject, using random: inout SeededGenerator) throws {
        let files = FileManager.default
        let former = present.directories
        try part()
        try exchange(for: project)
        for name in present.files.keys where project.files[name] == nil { try files.removeItem(atPath: path(name)) }
        let wanted = project.directories
        for name in former.reversed() where !wanted.contains(name) {
            try files.removeItem(atPath: path(name))
        }
        for name in wanted {
            try files.createDirectory(atPath: path(name), withIntermediateDirectories: true)
            try files.setAttributes(
                [.posixPermissions: project.directoryModes[name] ?? 0o755], ofItemAtPath: path(name))
        }
        for (name, node) in project.files.sorted(by: { $0.key < $1.key }) where present.files[name] != node {
            try write(node, name, using: &random)
        }
        try link(project)
        try Data(project.ignored.map { "\($0)\n" }.joined().utf8).write(to: URL(filePath: path(".dockerignore")))
        try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path(".dockerignore"))
        try Data(project.dockerfile.utf8).write(to: URL(filePath: dockerfile.string))
        present = project
    }

    /// Leaves each file one name, so that what is written to it is written to no other.
    private mutating func part() throws {
        for (name, node) in present.files {
            guard case .sameAs = node else { continue }
            try FileManager.default.removeItem(atPath: path(name))
            present.files[name] = nil
        }
    }

    /// Gives files their further names.
    private func link(_ project: FuzzedProject) throws {
        for (name, node) in project.files.sorted(by: { $0.key < $1.key }) {
            guard case .sameAs(let other) = node else { continue }
            if case .file? = project.files[other] {
                try FileManager.default.linkItem(atPath: path(other), toPath: path(name))
            } else {
                try Data("alone\n".utf8).write(to: URL(filePath: path(name)))
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o644, .modificationDate: Self.time], ofItemAtPath: path(name))
            }
        }
    }

    /// Files that changed places do so on the disk: each keeps its inode and times.
    private mutating func exchange(for project: FuzzedProject) throws {
        let files = FileManager.default
        for name in present.files.keys.sorted() {
            // As it is by now: an earlier exchange may have brought what is wanted.
            guard let node = present.files[name], project.files[name] != node else { continue }
            let other = present.files.keys.sorted().first { other in
                other != name && project.files[name] == present.files[other] && project.files[other] == node
            }
            guard let other, let wanted = present.files[other] else { continue }
            try files.moveItem(atPath: path(name), toPath: path(".aside"))
            try files.moveItem(atPath: path(other), toPath: path(name))
            try files.moveItem(atPath: path(".aside"), toPath: path(other))
            (present.files[name], present.files[other]) = (wanted, node)
        }
    }

    private func write(_ node: FuzzedProject.Node, _ name: String, using random: inout SeededGenerator) throws {
        let files = FileManager.default
        var isInPlace = Bool.random(using: &random)
        if case .link? = present.files[name] { isInPlace = false }
        switch node {
        case .archive(let text):
            if present.files[name] != nil { try files.removeItem(atPath: path(name)) }
            try Data(try Self.archive(of: text)).write(to: URL(filePath: path(name)))
            try files.setAttributes(
                [.posixPermissions: 0o644, .modificationDate: Self.time], ofItemAtPath: path(name))
        case .sameAs:
            if present.files[name] != nil { try files.removeItem(atPath: path(name)) }
        case .link(let target):
            if present.files[name] != nil { try files.removeItem(atPath: path(name)) }
            try files.createSymbolicLink(atPath: path(name), withDestinationPath: target)
        case .file(let text, let mode):
            if present.files[name] != nil, !isInPlace { try files.removeItem(atPath: path(name)) }
            try Data(text.utf8).write(to: URL(filePath: path(name)))
            try files.setAttributes(
                [.posixPermissions: mode, .modificationDate: Self.time], ofItemAtPath: path(name))
        }
    }

    private static func archive(of text: String) throws -> [UInt8] {
        let directory = Entry(path: LayerPath("packed"), kind: .directory, mode: 0o755)
        let file = Entry(
            path: LayerPath("packed/file"), kind: .file, mode: 0o640, size: UInt64(text.utf8.count),
            mtimeSeconds: 1_700_000_000)
        let layer = CopyLayer(items: [
            .init(entry: directory, content: .none), .init(entry: file, content: .bytes(Array(text.utf8))),
        ])
        var bytes: [UInt8] = []
        try layer.source { _ in }({ part in unsafe part.withUnsafeBytes { unsafe bytes += $0 } })
        return bytes
    }

    private func path(_ name: String) -> String { context.appending(name).string }
}
