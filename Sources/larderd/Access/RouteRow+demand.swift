import Access
import CacheAPI
import OCI

extension RouteRow {
    /// What a request for something in `project` needs, or for something that is in none.
    func demand(in project: ProjectName?) -> Demand {
        switch (need, project) {
        case (.nothing, _): .open
        case (.known, _): .known
        case (.anywhere(let rights), _): .anyProject(rights)
        case (.everywhere(let rights), _): .everyProject(rights)
        case (.here(let rights), let project?): .project(project, rights)
        // A path without a project: only who may do anything may do it.
        case (.here, nil): .server
        }
    }

    /// What a request about `repository` needs; `nil` when the path names none.
    func demand(in repository: RepositoryName?) -> Demand {
        switch (need, repository) {
        case (.nothing, _): .open
        case (.known, _): .known
        case (.anywhere(let rights), _): .anyProject(rights)
        case (.everywhere(let rights), _): .everyProject(rights)
        case (.here(let rights), let repository?): .repository(repository, rights)
        // A path without a repository has no project: only who may do anything may do it.
        case (.here, nil): .server
        }
    }
}
