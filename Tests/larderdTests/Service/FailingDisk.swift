import Synchronization
import SystemPackage

@testable import larderd

/// A disk that fails in one way while it is on.
final class FailingDisk: Sendable {
    /// What it does wrong.
    enum Fault: String, CaseIterable {
        case create, append, tornAppend, sync, rename, syncDirectory
    }

    let isOn = Atomic(false)
    private let fault: Fault

    init(_ fault: Fault) {
        self.fault = fault
    }

    private func check(_ here: Fault) throws {
        if fault == here, isOn.load(ordering: .relaxed) { throw Errno.noSpace }
    }

    var disk: RootDisk {
        let system = RootDisk.system
        return RootDisk(
            create: { [self] path in
                try check(.create)
                return try system.create(path)
            },
            append: { [self] file, bytes in
                try check(.append)
                if fault == .tornAppend, isOn.load(ordering: .relaxed) {
                    try system.append(file, Array(bytes.prefix(bytes.count / 2)))
                }
                try check(.tornAppend)
                try system.append(file, bytes)
            },
            sync: { [self] file in
                try check(.sync)
                try system.sync(file)
            },
            rename: { [self] old, new in
                try check(.rename)
                try system.rename(old, new)
            },
            syncDirectory: { [self] path in
                try check(.syncDirectory)
                try system.syncDirectory(path)
            },
            remove: system.remove)
    }
}
