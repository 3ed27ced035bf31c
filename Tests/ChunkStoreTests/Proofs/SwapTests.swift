import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Wherever a rebuild is interrupted while it puts the new index in place, nothing is lost.
@Suite struct SwapTests {
    /// What the index is that is replaced.
    enum Before: CaseIterable {
        case sound
        case garbage
        case gone
    }

    private var history = History(seed: 300)

    /// A root, and what is in it.
    private mutating func make(_ before: Before) throws -> (temporary: TemporaryRoot, inventory: Inventory) {
        let temporary = try TemporaryRoot.inMemory()
        var store = try temporary.open(history.options)
        try history.run(20, on: &store, in: temporary)
        let inventory = try Inventory(of: store)
        store.close()
        let index = temporary.root.appending("index")
        switch before {
        case .sound: break
        case .garbage: try write([UInt8](repeating: 0x5a, count: 20_000), to: index.appending("data.mdb"))
        case .gone: TemporaryRoot.remove(index)
        }
        return (temporary, inventory)
    }

    private func rebuild(_ root: FilePath, _ disk: Disk) throws {
        let report = try Store.rebuild(root, options: history.options, disk: disk)
        #expect(report.losses.isEmpty && report.damage.isClean)
    }

    /// Opens the store, after another rebuild if it must be, and compares.
    private func verify(
        _ image: TemporaryRoot, _ inventory: Inventory, _ before: Before, _ text: String
    ) throws {
        do {
            try image.open(history.options).close()
        } catch let error as StoreError where before != .sound && error.code == .io {
            try rebuild(image.root, .system)
        } catch {
            throw ProofFailure("\(text): \(error)")
        }
        let store = try image.open(history.options)
        let names = Set(try RootLayout.names(in: image.root))
        try demand(names.isDisjoint(with: ["index.new", "index.old", "check.tmp"]), "\(text): left \(names)")
        try demand(try Inventory(of: store) == inventory, "\(text): something is lost or wrong")
        store.close()
    }

    /// Which files are there.
    private func shape(_ root: FilePath) throws -> Set<String> {
        var shape: Set<String> = []
        for directory in ["index", "index.new", "index.old", "check.tmp"] {
            guard let names = try? RootLayout.names(in: root.appending(directory)) else { continue }
            shape.insert(directory)
            for name in names { shape.insert("\(directory)/\(name)") }
        }
        return shape
    }

    @Test(arguments: Before.allCases)
    mutating func everyStateThatACrashOfTheSwapCanLeave(before: Before) throws {
        let (temporary, inventory) = try make(before)
        let swap = try SwapHistory(of: temporary.root)
        try rebuild(temporary.root, swap.disk)
        #expect(swap.durable.contains("index.new/"), "the new index's directory was never synced")
        var (states, shapes) = (0, Set<Set<String>>())
        try swap.forEachState { image, text in
            let shape = try shape(image.root)
            if shapes.insert(shape).inserted { states += try interruptOpening(image, inventory, before, text) }
            try verify(image, inventory, before, text)
            states += 1
        }
        ProofSettings.report("swap of an index that is \(before): \(states) states, \(shapes.count) of them different")
        #expect(shapes.count >= (before == .gone ? 4 : 8))
    }

    /// The enumeration finds a swap that syncs nothing: then there may be no index at all.
    @Test mutating func aSwapThatIsNotSyncedIsFound() throws {
        let (temporary, inventory) = try make(.sound)
        let swap = try SwapHistory(of: temporary.root, recordsSyncs: false)
        try rebuild(temporary.root, swap.disk)
        #expect(throws: ProofFailure.self) {
            try swap.forEachState { image, text in try verify(image, inventory, .sound, text) }
        }
    }

    /// Opening finishes or clears away what the rebuild began: it may be interrupted too. How many states that gave.
    private func interruptOpening(
        _ image: TemporaryRoot, _ inventory: Inventory, _ before: Before, _ text: String
    ) throws -> Int {
        let copy = try TemporaryRoot.inMemory()
        try copyTree(image.root, to: copy.root)
        let opening = try SwapHistory(of: copy.root)
        try RootLayout(root: copy.root, disk: opening.disk).finishSwap()
        var states = 0
        try opening.forEachState { image, again in
            try verify(image, inventory, before, "\(text); then, on opening, \(again)")
            states += 1
        }
        return states
    }

    @Test(arguments: Before.allCases)
    mutating func everyStepOfTheSwapMayFail(before: Before) throws {
        let (temporary, inventory) = try make(before)
        var count = 0
        while true {
            let copy = try TemporaryRoot.inMemory()
            try copyTree(temporary.root, to: copy.root)
            let swap = try SwapHistory(of: copy.root, left: count)
            let code = errorCode { try rebuild(copy.root, swap.disk) }
            try demand(code == nil || code == .io, "step \(count) failed with \(String(describing: code))")
            try verify(copy, inventory, before, "step \(count) failed")
            if swap.steps.count < count { break }
            count += 1
        }
        #expect(count > 6)
    }
}
