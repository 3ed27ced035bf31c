import Chunking
import SystemPackage
import Testing

@testable import ChunkStore

/// What the store does with its root: making it durable, losing its index, giving it up.
@Suite struct RootTests {
    @Test func aNewRootOutlastsALossOfPower() throws {
        let temporary = try TemporaryRoot()
        let faults = Faults()
        let root = temporary.path.appending("a").appending("b")
        let store = try Store(opening: root, options: Store.Options(), disk: faults.disk, logger: quiet)
        _ = try store.makeProject(named: "shop")
        store.close()
        let index = root.appending("index")
        #expect(
            faults.syncedDirectories
                == [temporary.path, temporary.path.appending("a"), root, index, root.appending("chunks")])
        // A process that was killed may not have come as far as to sync them.
        let again = Faults()
        try Store(opening: root, options: Store.Options(), disk: again.disk, logger: quiet).close()
        #expect(again.syncedDirectories == [root, index])
    }

    @Test func chunkFilesAreNeverOverwritten() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let foreign = temporary.chunks.appending(ChunkFileHeader.name(1))
        try write([1, 2, 3], to: foreign)
        #expect(errorCode { _ = try store.makeProject(named: "shop") } == .io)
        #expect(try contents(of: foreign) == [1, 2, 3])
        TemporaryRoot.remove(foreign)
        _ = try store.makeProject(named: "shop")
    }

    @Test func aChunkFileWhoseHeaderCouldNotBeWrittenIsRemoved() throws {
        let temporary = try TemporaryRoot()
        let faults = Faults()
        let store = try temporary.open(disk: faults.disk)
        faults.set {
            $0.writesLeft = 0
            $0.tornBytes = 20
        }
        #expect(errorCode { _ = try store.makeProject(named: "shop") } == .diskFull)
        #expect(try temporary.chunkFiles().isEmpty)
        faults.set { $0.writesLeft = nil }
        let project = try store.makeProject(named: "shop")
        store.close()
        #expect(try temporary.open().project(named: "shop") == project)
    }

    @Test(arguments: ["gone", "empty", "garbage"])
    func anIndexThatCannotBeUsedIsRefusedWithAdvice(damage: String) throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        _ = try store.makeProject(named: "shop")
        store.close()
        let data = temporary.root.appending("index").appending("data.mdb")
        switch damage {
        case "gone": TemporaryRoot.remove(data)
        case "empty": try write([], to: data)
        default: try write([UInt8](repeating: 0x5a, count: 32_768), to: data)
        }
        let file = try #require(try temporary.chunkFiles().first)
        let before = try contents(of: file)
        for _ in 0..<2 {
            let failure = #expect(throws: StoreError.self) { try temporary.open() }
            #expect(failure?.code == .io)
            #expect(failure?.description.contains("fsck --rebuild") == true, "\(failure?.description ?? "")")
            #expect(try contents(of: file) == before)
        }
    }

    @Test(arguments: 0..<20)
    func theRootIsFreeWhenCloseReturnsWhoeverCallsIt(round: Int) async throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        let opened = await withTaskGroup(of: Int.self) { group in
            for number in UInt8(0)..<6 {
                group.addTask {
                    if number < 3 {
                        _ = try? store.put([number], in: .tag, key: [number], project: project)
                        _ = try? store.statistics()
                        return 0
                    }
                    store.close()
                    // Of those who open it now one may be refused for another's sake, never for the old owner's.
                    return (try? temporary.open()) == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect(opened >= 1, "round \(round)")
        _ = try temporary.open()
    }
}
