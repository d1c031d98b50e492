import { testRelabelled } from './support/relabelled.ts';

testRelabelled(['ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35']);
