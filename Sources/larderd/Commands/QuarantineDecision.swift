import ArgumentParser
import FoundationEssentials
import Logging
import NIOHTTP1
import OCI

/// What the commands that decide about an image in quarantine have in common.
struct QuarantineDecision: ParsableArguments {
    @OptionGroup var flags: SettingFlags
    @Option(help: ArgumentHelp("Why, for people; kept with the verdict.", valueName: "TEXT")) var reason: String?
    @Argument(help: ArgumentHelp("The image, as list names it.", valueName: "REPOSITORY@DIGEST")) var image: String

    func validate() throws {
        guard key != nil else {
            throw ValidationError("'\(image)' is no image in quarantine: name it as list does, shop/api@sha256:…")
        }
    }

    private var key: QuarantineEntry.Key? { QuarantineEntry.Key(image) }

    /// Carries it out, and tells what came of it.
    func decide(_ verdict: ScanVerdict.Result) async throws {
        guard let key else { return }
        let settings = try await flags.settings()
        let order = QuarantineOrder(key: key, verdict: verdict, reason: reason)
        let content = String(decoding: try JSONEncoder.report.encode(order), as: UTF8.self)
        let access = try RootAccess(existing: settings.root)
        let left: [QuarantineEntry] = try await access.perform(
            .POST, QuarantineRoutes.Path.decide, content: content, options: settings.storeOptions
        ) { store in
            let quiet = Logger(label: "larderd") { _ in SwiftLogNoOpLogHandler() }
            let keeper = QuarantineKeeper(
                store: store, quarantine: try Quarantine(in: settings.root), rules: settings.tagRules,
                webhooks: try Webhooks(settings, metrics: ServerMetrics(), logger: quiet))
            let left = try keeper.carryOut(
                order, lifetime: ScanGateRules.defaultLifetime, at: Int64(clamping: WallClock.seconds))
            try settings.audit.file(in: settings.root)?.append(Array(AuditEvent(order).line.utf8))
            return left.map { [$0] } ?? []
        }
        print(left.isEmpty ? "\(key) is released; its tags are set." : "\(key) stays in quarantine: refused.")
    }
}
