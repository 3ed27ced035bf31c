internal import CLMDB
internal import Chunking
internal import Logging
internal import SystemPackage

/// A second index that a check or a rebuild fills in, row by row, so that it needs no more memory than a transaction
/// has. Nothing of it is durable before ``finish()``. For one thread.
final class Scratch {
    private static let mutationsMaximum = 8192

    let environment: Environment
    let tables: Databases
    private var transaction: Transaction?

    /// - Parameter directory: empty.
    init(in directory: FilePath, sizeMaximum: Int) throws(StoreError) {
        environment = try Environment(
            at: directory, mapSizeMaximum: sizeMaximum, lock: nil, isScratch: true, logger: .silent)
        tables = try environment.read { transaction throws(StoreError) in transaction.databases }
    }

    deinit {
        // Before its environment.
        let open = transaction.take()
        _ = consume open
    }

    /// Lends the open transaction to `body`. It is committed now and then, but never within `body`.
    func with<R>(_ body: (inout Transaction) throws(StoreError) -> R) throws(StoreError) -> R {
        var current = try takeTransaction()
        let result: Result<R, StoreError>
        do throws(StoreError) {
            result = .success(try body(&current))
        } catch {
            result = .failure(error)
        }
        if current.mutations >= Self.mutationsMaximum {
            try current.commit()
        } else {
            transaction = consume current
        }
        return try result.get()
    }

    /// Lends each row to `body`, which may change others.
    func forEach(
        _ database: MDB_dbi, _ body: (_ key: [UInt8], _ value: [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        var last: [UInt8]?
        while true {
            let page = try with { transaction throws(StoreError) in try transaction.page(database, after: last) }
            guard let end = page.last else { return }
            for (key, value) in page { try body(key, value) }
            last = end.key
        }
    }

    /// Commits what is open.
    func flush() throws(StoreError) {
        let open = transaction.take()
        if let open { try open.commit() }
    }

    /// Commits and makes everything durable.
    func finish() throws(StoreError) {
        try flush()
        try environment.sync()
    }

    private func takeTransaction() throws(StoreError) -> Transaction {
        let open = transaction.take()
        if let open { return open }
        return try environment.beginWrite()
    }
}

extension Logger {
    /// Says nothing.
    static let silent = Logger(label: "larder.silent", factory: { _ in SwiftLogNoOpLogHandler() })
}

extension Transaction {
    typealias OwnedRow = (key: [UInt8], value: [UInt8])

    /// The first rows after the key `last`, in the order of their keys.
    func page(_ database: MDB_dbi, after last: [UInt8]?, limit: Int = 512) throws(StoreError) -> [OwnedRow] {
        var rows: [OwnedRow] = []
        // Nothing lies between a key and the same with a zero behind it.
        try scan(database, from: last.map { $0 + [0] } ?? []) { key, value in
            rows.append(([UInt8](copying: key), [UInt8](copying: value)))
            return rows.count < limit
        }
        return rows
    }

    /// The first row whose key begins with `prefix`.
    func first(_ database: MDB_dbi, prefix: [UInt8]) throws(StoreError) -> OwnedRow? {
        var found: OwnedRow?
        try scan(database, from: prefix) { key, value in
            found = ([UInt8](copying: key), [UInt8](copying: value))
            return false
        }
        return found.flatMap { $0.key.starts(with: prefix) ? $0 : nil }
    }

    /// Lends each row to `body`.
    func forEach(
        _ database: MDB_dbi, _ body: (_ key: [UInt8], _ value: [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        var last: [UInt8]?
        while true {
            let page = try page(database, after: last)
            guard let end = page.last else { return }
            for (key, value) in page { try body(key, value) }
            last = end.key
        }
    }
}
