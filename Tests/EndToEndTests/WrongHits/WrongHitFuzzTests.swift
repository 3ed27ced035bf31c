import Chunking
import Dockerfile
import TestSupport
import Testing

@testable import Build

/// Builds with the cache give what builds without it give, whatever was changed in between; and the comparison notices when
/// they do not.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct WrongHitFuzzTests {
    /// New servers and runners after so many changes, so that they do not grow for ever.
    private static let mutationsPerHistory = 2000

    @Test func mutatedProjectsAreBuiltAsWithoutTheCache() async throws {
        let start = ContinuousClock.now
        let (seed, wanted) = (ProofSettings.steadySeed, ProofSettings.mutations)
        var (total, histories) = (WrongHitHunt.Result(), UInt64(0))
        while total.mutations < wanted, total.wrong == nil {
            let count = min(Self.mutationsPerHistory, (wanted - total.mutations + 1) / 2)
            // Two side by side: each waits for the disk most of the time.
            let plan = WrongHitHunt.Plan(seed: seed &+ histories, mutations: count)
            let otherPlan = WrongHitHunt.Plan(seed: seed &+ histories &+ 1, mutations: count)
            async let one = WrongHitHunt.run(plan)
            async let other = WrongHitHunt.run(otherPlan)
            total = try await total + one + other
            histories += 2
        }
        ProofSettings.report(
            "wrong hits: \(total.mutations) mutations, \(total.builds) builds compared, seed \(seed), "
                + "\(ContinuousClock.now - start): \(total.hits) steps hit, \(total.runs) run, "
                + "\(total.failures) builds failed as they should")
        #expect(total.wrong == nil)
        #expect(total.hits > 0 && total.runs > 0 && total.failures < total.builds / 2)
    }

    // MARK: Mistakes that must be noticed

    /// Whether `changes` lead to a wrong hit with `rules`.
    private static func finds(_ rules: KeyRules, _ changes: [FuzzedProject.Change]) async throws -> Bool {
        let plan = WrongHitHunt.Plan(seed: 1, mutations: 60, changes: changes, stride: 1, keyRules: rules)
        return try await WrongHitHunt.run(plan).wrong?.contains(" instead of ") ?? false
    }

    @Test func noticesAnOperationKeyedWithoutMode() async throws {
        let rules = KeyRules(instruction: { operation in
            guard case .copy(var copy) = operation else { return operation }
            copy.mode = nil
            return .copy(copy)
        })
        #expect(try await Self.finds(rules, [.copyMode]))
    }

    @Test func noticesAnOperationKeyedWithoutEnvironment() async throws {
        let rules = KeyRules(instruction: { operation in
            guard case .run(let run) = operation else { return operation }
            return .run(
                RunOperation(
                    arguments: run.arguments, environment: [], unkeyedEnvironment: [],
                    workingDirectory: run.workingDirectory, user: run.user, network: run.network,
                    security: run.security, mounts: run.mounts))
        })
        #expect(try await Self.finds(rules, [.environment]))
    }

    @Test func noticesMountsKeyedWithoutContent() async throws {
        #expect(try await Self.finds(KeyRules(keysMounts: false), [.bytes]))
    }

    @Test func noticesSecretsKeyedWithoutId() async throws {
        let rules = KeyRules(instruction: { operation in
            guard case .run(let run) = operation else { return operation }
            let mounts = run.mounts.map { mount in
                guard case .secret(let secret) = mount else { return mount }
                return .secret(SecretMount(id: "", target: secret.target, mode: secret.mode))
            }
            return .run(
                RunOperation(
                    arguments: run.arguments, environment: run.environment, unkeyedEnvironment: [],
                    workingDirectory: run.workingDirectory, user: run.user, network: run.network,
                    security: run.security, mounts: mounts))
        })
        #expect(try await Self.finds(rules, [.secret]))
    }

    @Test func noticesFilesKeyedBySizeAndTime() async throws {
        let rules = KeyRules(file: { entry in
            var entry = entry
            entry.content = entry.content.map { _ in Digest(hashing: Array("\(entry.size) \(entry.mtimeSeconds)".utf8))
            }
            return entry
        })
        #expect(try await Self.finds(rules, [.bytes]))
    }

    @Test func noticesLinksThatAreNotKeyed() async throws {
        #expect(try await Self.finds(KeyRules(keysLinks: false), [.hardLink]))
    }

    /// Where the clock of the file system is coarse a file may change twice at one moment; what was hashed in between must
    /// not be remembered. Hours make it a matter of course instead of luck.
    @Test func noticesFilesRememberedTooEarly() async throws {
        var rules = KeyRules(stamp: { stamp in
            var stamp = stamp
            stamp.mtime = .init(seconds: stamp.mtime.seconds / 36_000, nanoseconds: 0)
            stamp.ctime = .init(seconds: stamp.ctime.seconds / 36_000, nanoseconds: 0)
            return stamp
        })
        rules.now = { .max }
        #expect(try await Self.finds(rules, [.bytes]))
    }
}
