import FoundationEssentials
import OCI

/// Finds out from the environment for which branch a build runs. Pure: what there is goes in, the result comes out with
/// its reason.
///
/// A change request from a fork gets a scope of its own number, never that of its branch: a fork may call its branch
/// `main`.
struct ScopeDetection: Sendable {
    /// What can be known of the machine.
    struct Facts: Sendable {
        var environment: [String: String]
        /// What GitHub Actions tells of the event in the file of `GITHUB_EVENT_PATH`.
        var githubEvent: [UInt8]?
        /// The git repository that the build context is in.
        var git: GitHead?
    }

    private let facts: Facts

    /// What follows from `facts`; `main` when nothing does.
    static func detect(_ facts: Facts) -> DetectedScopes {
        let detection = ScopeDetection(facts: facts)
        return detection.github ?? detection.gitlab ?? detection.jenkins ?? detection.git
            ?? DetectedScopes(own: "main", reason: "neither a CI system nor a git branch was found")
    }

    private func value(_ variable: String) -> String? {
        guard let value = facts.environment[variable], !value.isEmpty else { return nil }
        return value
    }

    // MARK: GitHub Actions, and those that set the same variables

    /// The parts of an event that matter (GitHub, "Webhook events and payloads").
    private struct Event: Decodable {
        struct Repository: Decodable {
            var default_branch: String?
            var full_name: String?
        }

        struct PullRequest: Decodable {
            struct Side: Decodable {
                var repo: Repository?
            }

            var number: Int?
            var head: Side?
        }

        var repository: Repository?
        var pull_request: PullRequest?
    }

    private var github: DetectedScopes? {
        guard value("GITHUB_ACTIONS") == "true", let reference = value("GITHUB_REF") else { return nil }
        let event = facts.githubEvent.flatMap {
            try? JSONDocument.decode(Event.self, from: $0, subject: "the event")
        }
        let standard = event?.repository?.default_branch ?? "main"
        let job = [value("GITHUB_WORKFLOW"), value("GITHUB_JOB"), value("GITHUB_RUN_NUMBER").map { "#\($0)" }]
            .compactMap { $0 }.joined(separator: " ")
        let name = value("GITHUB_REF_NAME") ?? String(reference.split(separator: "/").last ?? "main")
        if let base = value("GITHUB_BASE_REF") {
            let number =
                event?.pull_request?.number.map(String.init)
                ?? reference.split(separator: "/").dropFirst(2).first.map(String.init) ?? name
            let source = event?.pull_request?.head?.repo?.full_name
            let head = value("GITHUB_HEAD_REF")
            let isOwn = source != nil && source == value("GITHUB_REPOSITORY") && head != nil
            return DetectedScopes(
                own: isOwn ? head ?? "pull/\(number)" : "pull/\(number)", bases: [base, standard],
                reason: "GitHub Actions, pull request \(number) into \(base)\(isOwn ? "" : ", perhaps of a fork")",
                job: job)
        }
        if value("GITHUB_REF_TYPE") == "tag" || reference.hasPrefix("refs/tags/") {
            return DetectedScopes(
                own: "tag/\(name)", bases: [standard], reason: "GitHub Actions, tag \(name)", job: job)
        }
        return DetectedScopes(own: name, bases: [standard], reason: "GitHub Actions, branch \(name)", job: job)
    }

    // MARK: GitLab CI

    private var gitlab: DetectedScopes? {
        guard value("GITLAB_CI") != nil else { return nil }
        let standard = value("CI_DEFAULT_BRANCH") ?? "main"
        let job = [value("CI_JOB_NAME"), value("CI_JOB_ID").map { "job \($0)" }].compactMap { $0 }
            .joined(separator: ", ")
        if let number = value("CI_MERGE_REQUEST_IID") {
            let base = value("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
            let project = value("CI_MERGE_REQUEST_PROJECT_ID") ?? value("CI_PROJECT_ID")
            let isOwn = project != nil && value("CI_MERGE_REQUEST_SOURCE_PROJECT_ID") == project
            let branch = isOwn ? value("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") : nil
            return DetectedScopes(
                own: branch ?? "merge-request/\(number)", bases: [base, standard],
                reason: "GitLab CI, merge request \(number)" + (base.map { " into \($0)" } ?? "")
                    + (branch == nil ? " from a fork" : ""), job: job)
        }
        if let tag = value("CI_COMMIT_TAG") {
            return DetectedScopes(own: "tag/\(tag)", bases: [standard], reason: "GitLab CI, tag \(tag)", job: job)
        }
        guard let branch = value("CI_COMMIT_BRANCH") ?? value("CI_COMMIT_REF_NAME") else { return nil }
        return DetectedScopes(own: branch, bases: [standard], reason: "GitLab CI, branch \(branch)", job: job)
    }

    // MARK: Jenkins

    private var jenkins: DetectedScopes? {
        guard value("JENKINS_URL") != nil || value("JENKINS_HOME") != nil else { return nil }
        let standard = "main"
        let job = value("BUILD_TAG")
        if let number = value("CHANGE_ID") {
            let branch = value("CHANGE_FORK") == nil ? value("CHANGE_BRANCH") : nil
            let base = value("CHANGE_TARGET")
            return DetectedScopes(
                own: branch ?? value("BRANCH_NAME") ?? "change/\(number)", bases: [base, standard],
                reason: "Jenkins, change \(number)" + (base.map { " into \($0)" } ?? "")
                    + (branch == nil ? " from a fork" : ""), job: job)
        }
        if let tag = value("TAG_NAME") {
            return DetectedScopes(own: "tag/\(tag)", bases: [standard], reason: "Jenkins, tag \(tag)", job: job)
        }
        // A branch of a multibranch project; else what the git plugin says, with the name of the remote in front.
        let remote = value("GIT_BRANCH").map { $0.hasPrefix("origin/") ? String($0.dropFirst(7)) : $0 }
        guard let branch = value("BRANCH_NAME") ?? value("GIT_LOCAL_BRANCH") ?? remote else { return nil }
        return DetectedScopes(own: branch, bases: [standard], reason: "Jenkins, branch \(branch)", job: job)
    }

    // MARK: git

    private var git: DetectedScopes? {
        guard let head = facts.git, let branch = head.branch else { return nil }
        return DetectedScopes(
            own: branch, bases: [head.defaultBranch ?? "main"], reason: "the git branch \(branch)")
    }
}
