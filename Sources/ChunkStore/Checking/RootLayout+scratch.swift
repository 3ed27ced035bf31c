internal import SystemPackage

extension RootLayout {
    /// Where a check keeps what it counts.
    private var scratch: FilePath { root.appending("check.tmp") }

    /// Lends a scratch index in the root to `body`, and removes it.
    func withScratch<R>(
        _ options: Store.Options, _ body: (Scratch) throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let directory = scratch
        try removeTree(directory)
        try Self.makeDirectory(directory)
        let result: Result<R, StoreError>
        do throws(StoreError) {
            let scratch = try Scratch(in: directory, sizeMaximum: options.indexSizeMaximum)
            result = .success(try body(scratch))
        } catch {
            result = .failure(error)
        }
        try? removeTree(directory)
        return try result.get()
    }

    /// Removes a directory of files; one that is not there is no error.
    func removeTree(_ directory: FilePath) throws(StoreError) {
        guard Self.exists(directory) else { return }
        for name in try Self.names(in: directory) {
            let path = directory.appending(name)
            do throws(Errno) {
                try disk.remove(path)
            } catch {
                throw .disk("remove", path, error)
            }
        }
        do throws(Errno) {
            try disk.removeDirectory(directory)
        } catch {
            throw .disk("remove", directory, error)
        }
    }

    /// Puts the index that a rebuild made in place of the other.
    func swapIndex() throws(StoreError) {
        // The new one has its name for certain before the old one loses its own.
        try sync(root)
        if Self.exists(index) { try rename(index, oldIndex) }
        try rename(newIndex, index)
        try sync(root)
        try removeTree(oldIndex)
        try sync(root)
    }

    /// Finishes what an interrupted rebuild began, or clears it away.
    func finishSwap() throws(StoreError) {
        // The old index is put aside only when the new one is whole.
        if Self.exists(oldIndex), !Self.exists(index), Self.exists(newIndex) {
            try rename(newIndex, index)
            try sync(root)
        }
        if Self.exists(index) { try removeTree(oldIndex) }
        try removeTree(newIndex)
        try removeTree(scratch)
    }

    private func rename(_ old: FilePath, _ new: FilePath) throws(StoreError) {
        do throws(Errno) {
            try disk.rename(old, new)
        } catch {
            throw .disk("rename", old, error)
        }
    }
}
