internal import OCI
internal import SystemPackage

/// Which programs of other platforms this machine runs: those that the kernel hands to an emulator (binfmt_misc; the kernel's
/// admin-guide/binfmt-misc.rst).
struct ProgramHandlers: Sendable {
    /// Where the kernel lists its handlers.
    static let usualDirectory = FilePath("/proc/sys/fs/binfmt_misc")

    let directory: FilePath

    /// What is known of a platform's programs.
    enum Answer: Hashable, Sendable {
        /// They run.
        case runs
        /// They do not.
        case none
        /// The kernel does not say, or their emulator has to be in the container itself.
        case unknown
    }

    /// Whether programs of `platform` run here in a container. Blocks.
    func answer(for platform: Platform) -> Answer {
        if Self.isNative(platform) { return .runs }
        guard let headers = ProgramHeader.headers(of: platform.architecture), let state = text(of: "status") else {
            return .unknown
        }
        guard state.hasPrefix("enabled") else { return .none }
        let handlers = names.compactMap { text(of: $0).flatMap(Handler.init) }
        let fitting = handlers.filter { handler in headers.allSatisfy(handler.takes) }
        if fitting.contains(where: \.isOpen) { return .runs }
        return fitting.isEmpty ? .none : .unknown
    }

    /// What to do where programs of `platform` do not run.
    static func remedy(_ platform: Platform) -> String {
        """
        let an emulator run them (install qemu-user-static, or run \
        `docker run --privileged --rm tonistiigi/binfmt --install \(platform.architecture)`), build on a machine of that kind, or \
        build what can be built elsewhere in a stage `FROM --platform=$BUILDPLATFORM`; COPY and ADD need no emulator.
        """
    }

    /// This machine's, as Go calls it.
    static var ownArchitecture: String {
        #if arch(arm64)
        "arm64"
        #else
        "amd64"
        #endif
    }

    /// Whether this machine's own processor runs programs of `platform`; of a variant it is believed.
    static func isNative(_ platform: Platform) -> Bool {
        #if arch(arm64)
        ["arm64", "arm"].contains(platform.architecture)
        #else
        ["amd64", "386"].contains(platform.architecture)
        #endif
    }

    private var names: [String] {
        guard let found = try? OpenDirectory(directory).names() else { return [] }
        return found.map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "register" && $0 != "status" }
    }

    private func text(of name: String) -> String? {
        (try? SmallFile.read(directory.appending(name))).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// One handler, as the kernel describes it.
private struct Handler {
    /// Whether the kernel opened the emulator when it was told of it (flag `F`), so that no container needs to have it.
    private(set) var isOpen = false
    private var isEnabled = false
    private var offset = 0
    private var magic: [UInt8] = []
    private var mask: [UInt8] = []

    init?(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "enabled": isEnabled = true
            case "flags:": isOpen = words.count > 1 && words[1].contains("F")
            case "offset": offset = words.count > 1 ? Int(words[1]) ?? 0 : 0
            case "magic": magic = Self.bytes(words.last)
            case "mask": mask = Self.bytes(words.last)
            default: break
            }
        }
        // Those that go by the end of a file's name are not for programs.
        guard isEnabled, !magic.isEmpty else { return nil }
        if mask.isEmpty { mask = magic.map { _ in 0xff } }
        guard mask.count == magic.count else { return nil }
    }

    func takes(_ header: [UInt8]) -> Bool {
        guard offset >= 0, offset + magic.count <= header.count else { return false }
        return magic.indices.allSatisfy { (header[offset + $0] ^ magic[$0]) & mask[$0] == 0 }
    }

    private static func bytes(_ text: Substring?) -> [UInt8] {
        let digits = Array((text ?? "").utf8)
        return stride(from: 0, to: digits.count - digits.count % 2, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }
}
