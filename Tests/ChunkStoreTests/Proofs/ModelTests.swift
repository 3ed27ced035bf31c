import Chunking
import TestSupport
import Testing

@testable import ChunkStore

/// A store does what the simplest model of it does, whatever is asked of it in whatever order.
@Suite struct ModelTests {
    /// A run has so many operations, so that a failure can be replayed in a minute.
    private static let operationsPerRun = 20_000

    @Test func aStoreDoesWhatItsModelDoes() async throws {
        let start = ContinuousClock.now
        var (operations, runs) = (0, 0)
        var counts: [String: Int] = [:]
        while operations < ProofSettings.operations {
            let count = min(Self.operationsPerRun, ProofSettings.operations - operations)
            counts.merge(try await Self.run(ProofSettings.seed &+ UInt64(runs), count), uniquingKeysWith: +)
            operations += count
            runs += 1
        }
        let text = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        ProofSettings.report(
            "model: \(operations) operations in \(runs) runs, seed \(ProofSettings.seed), "
                + "\(ContinuousClock.now - start): \(text)")
        #expect(operations == ProofSettings.operations)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func seedsThatStay(seed: UInt64) async throws {
        #expect(try await Self.run(seed, 1500)["collect", default: 0] > 10)
    }

    private static func run(_ seed: UInt64, _ operations: Int) async throws -> [String: Int] {
        try await onThread {
            let run = try ModelRun(ModelRun.Plan(seed: seed))
            try run.run(operations: operations)
            return run.counts
        }
    }
}

/// The model test finds bugs that are planted.
@Suite struct ModelCanaryTests {
    private func fails(_ plan: ModelRun.Plan) -> Bool {
        do {
            try ModelRun(plan).run(operations: 4000)
            return false
        } catch {
            print("found a planted bug:", "\(error)".split(separator: "\n")[0])
            return error is ProofFailure
        }
    }

    @Test func leasesThatAreTooShortAreFound() {
        var plan = ModelRun.Plan(seed: 1)
        plan.leasePeriod = 10
        #expect(fails(plan))
    }

    @Test func leasesThatAreForgottenAreFound() {
        var plan = ModelRun.Plan(seed: 2)
        plan.leasePeriod = 0
        #expect(fails(plan))
    }

    @Test func aReferenceThatIsNotCountedIsFound() {
        var plan = ModelRun.Plan(seed: 3)
        plan.sabotage = { core throws(StoreError) in
            try core.writer.perform { batch throws(StoreError) in try batch.forgetReference() }
        }
        #expect(fails(plan))
    }

    @Test func aDiskThatForgetsWritesIsFound() {
        var plan = ModelRun.Plan(seed: 4)
        let forgetful = ForgetfulDisk(one: 400)
        plan.disk = forgetful.disk
        #expect(fails(plan))
    }
}

extension WriteBatch {
    /// Counts one reference less to the first blob that a record refers to.
    fileprivate mutating func forgetReference() throws(StoreError) {
        var found: (key: [UInt8], row: BlobRow)?
        try transaction.scan(transaction.databases.blobs, from: []) { key, value in
            guard let row = BlobRow(value), row.references > 0 else { return true }
            found = ([UInt8](copying: key), row)
            return false
        }
        guard let (key, before) = found else { return }
        var row = before
        row.references -= 1
        try transaction.put(transaction.databases.blobs, key, row.encoded())
    }
}
