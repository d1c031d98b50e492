/**
 * Azure DevOps has several addresses of one repository: the host of before 2018, the collection that every organization has, one
 * path for SSH, and a short one where repository and project are called the same.
 * https://learn.microsoft.com/en-us/azure/devops/extend/develop/work-with-urls
 */
const ofAzureDevOps = (name: string): string =>
  name
    .replace(/^([a-z0-9-]+)\.visualstudio\.com\//, 'dev.azure.com/$1/')
    .replace(/^(dev\.azure\.com\/[^/]+)\/defaultcollection\//, '$1/')
    .replace(/^ssh\.dev\.azure\.com\/v3\/([^/]+)\/([^/]+)\/([^/]+)$/, 'dev.azure.com/$1/$2/_git/$3')
    .replace(/^(dev\.azure\.com\/[^/]+)\/_git\/([^/]+)$/, '$1/$2/_git/$2');

/**
 * The one name that a Git repository has here, in tagboat.yml and in events: host and path of its URL in lower case.
 * @param name host and path without scheme, user and `.git`, percent-encoded as in a URL
 */
export const repositoryName = (name: string): string => ofAzureDevOps(name.toLowerCase());
