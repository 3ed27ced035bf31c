internal import CLinux
internal import Chunking
internal import Glibc
internal import SystemPackage

/// Tidies up among the layers of a runner before they are used.
enum LayerUpkeep {
    /// Begins the names of layers that are not complete.
    static let unfinishedPrefix = ".new-"
    /// A layer that is older has mostly been written back by the kernel, so that syncing it costs little. Seconds.
    private static let settledAge = 60

    /// A new name for a layer that is not complete, or not any more.
    static func unfinished(in root: FilePath) -> FilePath {
        root.appending(unfinishedPrefix + "\(getpid())-" + String(UInt64.random(in: 0...UInt64.max), radix: 36))
    }

    /// Removes what unfinished work and earlier boots have left over, and lets layers that have reached the disk count
    /// in later boots as well.
    static func run(_ root: FilePath, _ holds: LayerHolds) throws(Errno) {
        let directory = try OpenDirectory(root)
        let names = try directory.names().map { String(decoding: $0, as: UTF8.self) }
        try keep(names.filter { !$0.hasPrefix(".") }.map { LayerHome(root.appending($0)) }, directory)
        do throws(Errno) {
            try directory.descriptor.lock(shared: false)
        } catch .resourceTemporarilyUnavailable {
            // Another process is at work here; what it makes looks like a leftover.
            return
        }
        for name in names {
            let home = LayerHome(root.appending(name))
            if name.hasPrefix(unfinishedPrefix) {
                try TreeWalk.remove(home.path)
            } else if !name.hasPrefix("."), !home.isComplete {
                // One that turned out to be damaged may be in use.
                let isFree = Digest(hex: name).map { holds.exclusively($0) {} } ?? true
                if isFree { try TreeWalk.remove(home.path) }
            }
        }
    }

    private static func keep(_ homes: [LayerHome], _ directory: borrowing OpenDirectory) throws(Errno) {
        let settled = homes.filter { isSettled($0) }
        if settled.isEmpty { return }
        let descriptor = directory.rawValue
        try Errno.check { linux_syncfs(descriptor) }
        for home in settled {
            // Another process may have been quicker.
            do throws(Errno) { try LayerHome.remove(file: home.boot) } catch .noSuchFileOrDirectory {}
        }
    }

    private static func isSettled(_ home: LayerHome) -> Bool {
        var information = stat()
        guard unsafe home.boot.withPlatformString({ unsafe lstat($0, &information) }) == 0 else { return false }
        return information.st_mtim.tv_sec + settledAge < time(nil) && home.isComplete
    }
}
